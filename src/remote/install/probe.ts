import { KernelscopeError } from '#shared/errors.ts'
import { cacheFolder, isHarmless } from './names.ts'
import { runScript, type Run } from './run.ts'

/** A build that is installed on another machine. */
export interface FarBuild {
  name: string
  /** The version that it is taken for now; null for one that only lies there. */
  version: string | null
  bytes: number
}

/** What another machine is and has. */
export interface Probe {
  /** As `process.platform` and `process.arch` name them, or as the machine does where these have no name for it. */
  platform: string
  arch: string
  /** "glibc 2.36", "musl" or "" where it has none of the two. */
  libc: string
  /** Free bytes in the home folder; null where it cannot be told. */
  free: number | null
  /** Programs that an installation needs and that are there. */
  tools: string[]
  builds: FarBuild[]
  /** The Kernelscope on the PATH of the login shell, with what it says of its version. */
  onPath: { path: string; version: string } | null
}

/** Says all of it in lines, and changes nothing. */
const script = `
echo "ks probe"
echo "ks system $(uname -s)"
echo "ks machine $(uname -m)"
if (ldd --version 2>&1 || true) | grep -qi musl; then echo "ks libc musl"
else echo "ks libc $(getconf GNU_LIBC_VERSION 2>/dev/null)"; fi
echo "ks free $(df -Pk "$HOME" 2>/dev/null | awk 'NR == 2 { print $4 }')"
for tool in tar gzip sha256sum shasum openssl; do
  if command -v $tool >/dev/null 2>&1; then echo "ks tool $tool"; fi
done
for at in "${cacheFolder}"/*; do
  if [ -L "$at" ]; then echo "ks version \${at##*/} $(readlink "$at")"
  elif [ -f "$at/complete" ]; then echo "ks build \${at##*/} $(du -sk "$at" 2>/dev/null | cut -f1)"; fi
done
found=$(PATH="$PATH:$HOME/.local/bin:/usr/local/bin"; command -v kernelscope)
if [ -n "$found" ]; then echo "ks path $("$found" --version 2>/dev/null </dev/null | head -n 1) $found"; fi
echo "ks end"
`

const platforms: Readonly<Record<string, string>> = { Linux: 'linux', Darwin: 'darwin' }
const archs: Readonly<Record<string, string>> = {
  x86_64: 'x64',
  amd64: 'x64',
  aarch64: 'arm64',
  arm64: 'arm64',
}
/** Longest line that is read. */
const longest = 1000

/**
 * Asks another machine what it is and what is installed.
 *
 * @param host name of the machine, for errors
 * @throws REMOTE_LOST where it gives no whole answer
 */
export async function probe(run: Run, host: string): Promise<Probe> {
  const { code, out, said } = await runScript(run, script)
  const found = parseProbe(out)
  if (found) return found
  const last = said.trim().split('\n').at(-1) ?? ''
  throw new KernelscopeError(
    'REMOTE_LOST',
    `${host} does not answer as a machine with a shell does${last === '' ? '' : `: ${last}`}`,
    { details: `exit code ${code ?? 'none'}\n${said}` },
  )
}

/** Reads what the script says; null where it is not whole. Lines of a login shell around it are left out. */
export function parseProbe(out: string): Probe | null {
  const lines = out.split('\n').map((line) => line.trim().slice(0, longest))
  const begin = lines.lastIndexOf('ks probe')
  const end = lines.indexOf('ks end', begin)
  if (begin < 0 || end < 0) return null
  const said = lines.slice(begin + 1, end).flatMap((line) => {
    const [, key, value] = /^ks (\w+) ?(.*)$/.exec(line) ?? []
    return key === undefined ? [] : [[key, value ?? ''] as const]
  })
  const of = (key: string) => said.flatMap(([name, value]) => (name === key ? [value] : []))
  const one = (key: string) => of(key)[0] ?? ''
  const pairs = (key: string) =>
    of(key).flatMap((value) => {
      const [name = '', rest = ''] = value.split(' ')
      return isHarmless(name) ? [{ name, rest }] : []
    })
  const versions = new Map(pairs('version').map(({ name, rest }) => [rest, name]))
  const [version = '', ...path] = one('path').split(' ')
  const free = Number(one('free'))
  return {
    platform: platforms[one('system')] ?? one('system'),
    arch: archs[one('machine')] ?? one('machine'),
    libc: one('libc'),
    free: one('free') !== '' && Number.isSafeInteger(free) && free >= 0 ? free * 1024 : null,
    tools: of('tool'),
    builds: pairs('build').map(({ name, rest }) => ({
      name,
      version: versions.get(name) ?? null,
      bytes: (Number(rest) || 0) * 1024,
    })),
    onPath: path.length === 0 ? null : { path: path.join(' '), version },
  }
}
