import type { Probe } from './probe.ts'

/** The machine that an engine is made for. */
export interface Made {
  platform: string
  arch: string
  /** The glibc that its Node was built for at least, "2.28"; null for other systems. */
  glibc: string | null
}

/** The engine that would be sent. */
export interface Own {
  version: string
  build: string
  /** Of the unpacked files. */
  bytes: number
  made: Made
}

export type Plan =
  /** It is there. `by`: our own installation, or the one on the path. */
  | { state: 'ready'; by: 'cache' | 'path' }
  | { state: 'install'; why: string }
  /** It cannot be sent: the person installs it there. */
  | { state: 'byHand'; why: string; command: string }

/** What a person runs on a machine that this one has no engine for. */
export const byHand =
  'npm run setup && mkdir -p ~/.local/bin && ln -sf "$PWD/bin/kernelscope" ~/.local/bin/kernelscope'

/** Says whether an engine must be sent to a machine, and whether this one's runs there. */
export function planInstall(own: Own, far: Probe): Plan {
  const here = far.builds.find(({ name }) => name === own.build)
  if (here?.version === own.version) return { state: 'ready', by: 'cache' }
  const other = far.builds.find(({ version }) => version === own.version)
  const refused = whyNot(own, far)
  if (refused === null) {
    // What this computer would send is what its window is tried with.
    const why = here
      ? `The build ${own.build} is there, but ${own.version} is another one.`
      : other
        ? `Another build of ${own.version} is there (${other.name}).`
        : `${own.version} is not installed.`
    return { state: 'install', why }
  }
  if (other) return { state: 'ready', by: 'cache' }
  if (far.onPath?.version === own.version) return { state: 'ready', by: 'path' }
  return { state: 'byHand', why: refused, command: byHand }
}

/** Why this computer's engine cannot be sent to a machine; null where it can. */
function whyNot({ made, bytes }: Own, far: Probe): string | null {
  const it = `${far.platform} on ${far.arch}`
  if (far.platform !== made.platform || far.arch !== made.arch)
    return `The machine is ${it}; the engine of this computer is for ${made.platform} on ${made.arch}.`
  if (made.glibc !== null) {
    const [, found] = /^glibc (\d+\.\d+)/.exec(far.libc) ?? []
    if (found === undefined)
      return `The engine needs glibc ${made.glibc}; the machine has ${far.libc || 'another C library'}.`
    if (older(found, made.glibc)) return `The engine needs glibc ${made.glibc}; the machine has ${found}.`
  }
  const missing = [
    ...['tar', 'gzip'].filter((tool) => !far.tools.includes(tool)),
    ...(['sha256sum', 'shasum', 'openssl'].some((tool) => far.tools.includes(tool)) ? [] : ['sha256sum']),
  ]
  if (missing.length > 0) return `The machine has no ${missing.join(' and no ')}.`
  // The pack lies beside what is unpacked of it for a while.
  const needed = 1.5 * bytes
  if (far.free !== null && far.free < needed)
    return `Its home folder has ${mebibytes(far.free)} MiB free; ${mebibytes(needed)} MiB are needed.`
  return null
}

const mebibytes = (bytes: number): number => Math.ceil(bytes / 2 ** 20)

/** Whether a version of two numbers is older than another. */
function older(version: string, least: string): boolean {
  const numbers = (text: string) => text.split('.').map(Number)
  const [major = 0, minor = 0] = numbers(version)
  const [leastMajor = 0, leastMinor = 0] = numbers(least)
  return major < leastMajor || (major === leastMajor && minor < leastMinor)
}
