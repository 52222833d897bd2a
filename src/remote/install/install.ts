import { createHash, randomBytes } from 'node:crypto'
import { pipeline } from 'node:stream/promises'
import { PassThrough, Readable } from 'node:stream'
import { createGzip } from 'node:zlib'
import { KernelscopeError } from '#shared/errors.ts'
import { cacheFolder, inScript } from './names.ts'
import type { Payload } from './payload.ts'
import { runScript, type Ran, type Run } from './run.ts'
import { tarOf } from './tar.ts'

/** How far an installation is. */
export interface InstallProgress {
  step: 'preparing' | 'sending' | 'checking'
  /** Bytes of the engine that were sent, before packing. */
  bytes: number
  total: number
}

/** Speed of packing rather than size: the network is seldom slower than this. */
const level = 4

/**
 * Sends this computer's engine to another machine. It lies there under a name of its own and becomes the one of its version when
 * it is whole, its digest is right and it has said its version. What is there already stays.
 *
 * @param host name of the machine, for errors
 * @throws FILE_CHANGED where what came is not what was sent
 * @throws REMOTE_LOST where the connection was lost; UNSUPPORTED where it does not run there; the signal's reason
 */
export async function install(
  run: Run,
  host: string,
  payload: Payload,
  { told, signal }: { told: (progress: InstallProgress) => void; signal?: AbortSignal },
): Promise<void> {
  const total = payload.bytes
  const version = inScript(payload.version)
  const build = inScript(payload.build)
  const incoming = `${cacheFolder}/.incoming-${randomBytes(6).toString('hex')}`
  told({ step: 'preparing', bytes: 0, total })
  await asked(host, await runScript(run, prepare(incoming)))
  try {
    let bytes = 0
    const hash = createHash('sha256')
    const packed = async function* () {
      const gzip = createGzip({ level })
      const out = new PassThrough()
      const tar = tarOf(payload.files, (done) => told({ step: 'sending', bytes: (bytes = done), total }))
      const written = pipeline(Readable.from(tar), gzip, out)
      written.catch((error: unknown) =>
        out.destroy(error instanceof Error ? error : new Error(String(error))),
      )
      for await (const piece of out) {
        const part: Buffer = Buffer.from(piece)
        hash.update(part)
        yield part
      }
      await written
    }
    signal?.throwIfAborted()
    const sent = await run(`exec sh -c 'cat > "${incoming}/pack.tgz"'`, packed())
    if (sent.code !== 0) throw lost(host, sent)
    told({ step: 'checking', bytes, total })
    await asked(host, await runScript(run, place({ incoming, version, build, digest: hash.digest('hex') })))
  } catch (error) {
    await runScript(run, `rm -rf "${incoming}"\n`).catch(() => undefined)
    throw error
  }
}

const prepare = (incoming: string) => `
umask 077
mkdir -p "${incoming}" || exit 1
find "${cacheFolder}" -maxdepth 1 -name '.incoming-*' -mtime +1 -exec rm -rf {} + 2>/dev/null
echo "ks done"
`

/** Checks the pack, unpacks it, tries it, and gives it its name. */
const place = ({
  incoming,
  version,
  build,
  digest,
}: Record<'incoming' | 'version' | 'build' | 'digest', string>) => `
umask 077
cd "${incoming}" || exit 1
if command -v sha256sum >/dev/null 2>&1; then found=$(sha256sum pack.tgz | cut -d' ' -f1)
elif command -v shasum >/dev/null 2>&1; then found=$(shasum -a 256 pack.tgz | cut -d' ' -f1)
else found=$(openssl dgst -sha256 pack.tgz | sed 's/.* //'); fi
if [ "$found" != "${digest}" ]; then echo "ks error digest"; exit 1; fi
mkdir tree && cd tree || exit 1
if ! gzip -dc ../pack.tgz | tar xf -; then echo "ks error unpack"; exit 1; fi
mkdir -p bin && ln -s ../app/bin/kernelscope bin/kernelscope || exit 1
said=$(bin/kernelscope --version 2>&1 </dev/null | head -n 3 | tr '\\n' ' ')
if [ "$said" != "${version} " ]; then echo "ks error run $said"; exit 1; fi
echo "${digest}" > complete
cd "${cacheFolder}" || exit 1
if [ ! -f "${build}/complete" ]; then
  rm -rf "${build}"
  mv "${incoming}/tree" "${build}" || exit 1
fi
ln -s "${build}" "${incoming}/version" || exit 1
if [ -d "${version}" ] && [ ! -L "${version}" ]; then echo "ks error taken"; exit 1; fi
if ! mv -T "${incoming}/version" "${version}" 2>/dev/null; then
  rm -f "${version}"
  mv "${incoming}/version" "${version}" || exit 1
fi
rm -rf "${incoming}"
echo "ks done"
`

/**
 * Removes a build, or what is known by a version, from another machine. What runs from it is left alone.
 *
 * @returns names of what was removed
 * @throws UNSUPPORTED where an engine runs from it
 */
export async function remove(run: Run, host: string, builds: readonly string[]): Promise<string[]> {
  const removed: string[] = []
  for (const build of builds.map(inScript)) {
    const ran = await runScript(run, removal(build))
    if (ran.out.split('\n').includes('ks runs'))
      throw new KernelscopeError('UNSUPPORTED', `an engine of ${build} runs on ${host}`, {
        hint: `End it first: ssh ${host} '~/.cache/kernelscope/${build}/bin/kernelscope serve --stop'`,
      })
    await asked(host, ran)
    removed.push(build)
  }
  return removed
}

const removal = (build: string) => `
cd "${cacheFolder}" || exit 1
here=$(cd "${build}" && pwd -P) || exit 1
if ps -eo args 2>/dev/null | grep -F "$here/" | grep -v -F 'grep -F' >/dev/null; then echo "ks runs"; exit 1; fi
for at in *; do
  if [ -L "$at" ] && [ "$(readlink "$at")" = "${build}" ]; then rm -f "$at"; fi
done
rm -rf "${build}" || exit 1
echo "ks done"
`

/** What went wrong, by the word of a script. */
async function asked(host: string, ran: Ran): Promise<void> {
  const lines = ran.out.split('\n').map((line) => line.trim())
  if (ran.code === 0 && lines.includes('ks done')) return
  const [, what, rest = ''] = lines.flatMap((line) => /^ks error (\w+) ?(.*)$/.exec(line) ?? []).slice(0, 3)
  const details = { details: `${ran.out}\n${ran.said}`.trim() }
  if (what === 'digest')
    throw new KernelscopeError('FILE_CHANGED', `what came to ${host} is not what was sent`, {
      hint: 'Install it again; nothing of it was kept.',
      ...details,
    })
  if (what === 'run')
    throw new KernelscopeError('UNSUPPORTED', `the engine does not run on ${host}: ${rest.slice(0, 300)}`, {
      hint: 'Its home folder may allow no programs (noexec), or libraries are missing. Install Kernelscope there by hand.',
      ...details,
    })
  if (what === 'taken')
    throw new KernelscopeError('FILE_EXISTS', `${host} has something else where the engine belongs`, details)
  throw lost(host, ran)
}

const lost = (host: string, { code, out, said }: Ran) =>
  new KernelscopeError(
    'REMOTE_LOST',
    `the installation on ${host} was broken off: ${said.trim().split('\n').at(-1) || `exit code ${code ?? 'none'}`}`,
    { hint: 'Start it again; nothing half was kept.', details: `${out}\n${said}`.trim() },
  )
