// `npm run package -- --twice`: whether a commit gives the same bytes wherever, whenever and by whomever it is packaged.
import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  utimesSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { root } from '../run.ts'
import { asarFiles } from './asar.ts'

/** Two ways to package: where the checkout lies, and what else must not matter. */
const ways = [
  { folder: 'a', env: { TZ: 'UTC', LC_ALL: 'C' }, umask: 0o022, touched: 1e9 },
  {
    folder: 'another place/with spaces, ümlauts',
    env: { TZ: 'Pacific/Auckland', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', LANGUAGE: 'tr' },
    umask: 0o077,
    touched: 1.6e9,
  },
]

/**
 * Packages the last commit in two folders, with other umasks, languages, time zones and times of files, and compares what lies
 * in `resources`: the asar to the byte, and every file beside it.
 *
 * @param electron folder of the runtime
 * @returns the number of files that were compared, and the names of those that differ
 * @throws where packaging fails
 */
export function differencesOfTwo(electron: string): { compared: number; differing: string[] } {
  const base = mkdtempSync(path.join(os.tmpdir(), 'kernelscope-twice-'))
  try {
    const [first = new Map<string, string>(), second = new Map<string, string>()] = ways.map((way) =>
      packaged(path.join(base, way.folder), way, electron),
    )
    const names = [...new Set([...first.keys(), ...second.keys()])].sort()
    return { compared: names.length, differing: names.filter((name) => first.get(name) !== second.get(name)) }
  } finally {
    rmSync(base, { recursive: true, force: true })
  }
}

/** Packages a checkout of its own. Returns the digests of its files, and of those within the asar. */
function packaged(
  folder: string,
  { env, umask, touched }: (typeof ways)[number],
  electron: string,
): Map<string, string> {
  const before = process.umask(umask)
  try {
    mkdirSync(folder, { recursive: true })
    const archive = execFileSync('git', ['archive', 'HEAD'], { cwd: root, maxBuffer: 2 ** 30 })
    execFileSync('tar', ['-x', '--no-same-permissions', '-C', folder], { input: archive })
    for (const file of filesOf(folder)) utimesSync(path.join(folder, file), touched, touched)
    linkTree(path.join(root, 'node_modules'), path.join(folder, 'node_modules'))
    console.log(`package: in ${folder}`)
    const { status } = spawnSync(
      process.execPath,
      ['scripts/package.ts', '--dir', '--any-electron', '--unchecked'],
      {
        cwd: folder,
        stdio: 'inherit',
        env: { ...process.env, ...env, ELECTRON_OVERRIDE_DIST_PATH: electron },
      },
    )
    if (status !== 0) throw new Error(`packaging failed in ${folder}`)
    const resources = path.join(folder, 'dist/linux-unpacked/resources')
    const found = new Map(filesOf(resources).map((name) => [name, digestOf(path.join(resources, name))]))
    for (const [name, said] of asarFiles(path.join(resources, 'app.asar')))
      found.set(`app.asar: ${name}`, said)
    rmSync(folder, { recursive: true, force: true })
    return found
  } finally {
    process.umask(before)
  }
}

const filesOf = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))

const digestOf = (file: string) => createHash('sha256').update(readFileSync(file)).digest('hex')

/** Copies a tree by links to its files, where the disk can. What tools keep there for themselves is left out. */
function linkTree(from: string, to: string): void {
  mkdirSync(to, { recursive: true })
  for (const name of readdirSync(from)) {
    if (name.startsWith('.') && name !== '.bin' && name !== '.package-lock.json') continue
    const [source, target] = [path.join(from, name), path.join(to, name)]
    const found = lstatSync(source)
    if (found.isDirectory()) linkTree(source, target)
    else if (found.isSymbolicLink()) symlinkSync(readlinkSync(source), target)
    else linkOrCopy(source, target)
  }
}

function linkOrCopy(from: string, to: string): void {
  try {
    linkSync(from, to)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error) || (error.code !== 'EXDEV' && error.code !== 'EPERM'))
      throw error
    copyFileSync(from, to)
  }
}
