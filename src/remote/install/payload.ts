import { createHash } from 'node:crypto'
import { existsSync, lstatSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import type { Own } from './plan.ts'
import type { PackedFile } from './tar.ts'

/** The engine of this computer, as it is sent to another one. */
export interface Payload extends Own {
  files: PackedFile[]
}

/** Where this computer's engine is: a checkout, or the packaged app outside its asar. */
export interface Source {
  app: string
  /** The Node binary that runs it. */
  node: string
}

/** What Node 24 and ONNX Runtime are built for (their notes on platforms). */
const leastGlibc = '2.28'

const packageJson = z.object({ version: z.string() })
const lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().optional(), devOptional: z.boolean().optional() }),
  ),
})

/**
 * Lists the files of this computer's engine. A build is named by its version and a digest of its code and of the names and sizes
 * of all files, so that two builds of one version lie side by side.
 *
 * @throws UNSUPPORTED where the checkout or the app is not whole
 */
export function payloadOf({ app, node }: Source): Payload {
  const manifest = path.join(app, 'package.json')
  if (!existsSync(manifest) || !existsSync(node))
    throw new KernelscopeError('UNSUPPORTED', `no whole engine is in ${app}`, {
      hint: 'Install Kernelscope anew, or run `npm run setup` in the checkout.',
    })
  const { version } = packageJson.parse(JSON.parse(readFileSync(manifest, 'utf8')))
  const checkout = existsSync(path.join(app, 'src/cli/index.ts'))
  const names = [
    'package.json',
    ...filesIn(app, 'bin'),
    ...filesIn(app, 'resources'),
    ...(checkout
      ? ['shared', 'engine', 'remote', 'cli'].flatMap((room) => filesIn(app, `src/${room}`))
      : filesIn(app, 'out/main')),
    ...(checkout ? shipped(app) : ['node_modules']).flatMap((folder) => filesIn(app, folder, checkout)),
  ].filter(isNeeded)
  const files = [...new Set(names)].sort().map((name) => packed(`app/${name}`, path.join(app, name)))
  // bin/kernelscope finds Node there: beside the packaged app, or among the packages of a checkout.
  files.push(packed(checkout ? 'app/node_modules/node/bin/node' : 'node', node, true))
  const hash = createHash('sha256')
  for (const { name, bytes, path: file } of files) {
    hash.update(`${name}\0${bytes}\0`)
    if (/^app\/(src|out|bin|package\.json)/.test(name)) hash.update(readFileSync(file))
  }
  return {
    version,
    build: `${version}-${hash.digest('hex').slice(0, 12)}`,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    made: {
      platform: process.platform,
      arch: process.arch,
      glibc: process.platform === 'linux' ? leastGlibc : null,
    },
    files,
  }
}

function packed(name: string, file: string, executable = false): PackedFile {
  const { size, mode } = lstatSync(file)
  return { name, path: file, bytes: size, executable: executable || (mode & 0o100) !== 0 }
}

/** Packages that a checkout runs with, without those that it is only built with. */
function shipped(app: string): string[] {
  const { packages } = lock.parse(JSON.parse(readFileSync(path.join(app, 'package-lock.json'), 'utf8')))
  return Object.entries(packages).flatMap(([folder, { dev, devOptional }]) =>
    folder === '' || dev === true || devOptional === true ? [] : [folder],
  )
}

/** Names of the regular files below a folder of the app. In a checkout, packages inside packages are listed by themselves. */
function filesIn(app: string, folder: string, checkout = false): string[] {
  const at = path.join(app, folder)
  if (!existsSync(at)) return []
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    const name = `${folder}/${entry.name}`
    if (entry.isDirectory())
      return checkout && entry.name === 'node_modules' ? [] : filesIn(app, name, checkout)
    return entry.isFile() ? [name] : []
  })
}

/** Leaves out what runs nowhere, or on other systems only, as the packaged app does (electron-builder.yml). */
function isNeeded(name: string): boolean {
  if (!name.startsWith('node_modules/')) return !name.endsWith('.map')
  if (/\.(map|md|markdown|ts|mts|cts)$/.test(name)) return false
  if (/\/(test|tests|docs|example|examples)\//.test(name)) return false
  if (name.startsWith('node_modules/better-sqlite3/'))
    return (
      !/^node_modules\/better-sqlite3\/(deps|src)\//.test(name) &&
      isOfHere(name, /\/prebuilds\/(\w+?)(?:musl)?-(\w+)\.node$/)
    )
  return isOfHere(name, /^node_modules\/onnxruntime-node\/bin\/napi-v\d+\/(\w+)\/(\w+)\//)
}

function isOfHere(name: string, native: RegExp): boolean {
  const [, platform, arch] = native.exec(name) ?? []
  return platform === undefined || (platform === process.platform && arch === process.arch)
}
