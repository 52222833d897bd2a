import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import type { ShippedPackage } from '../../src/shared/notices.ts'

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.union([z.string(), z.object({ type: z.string() })]).optional(),
})
const lockFile = z.object({
  packages: z.record(
    z.string(),
    z.object({ dev: z.boolean().optional(), integrity: z.string().optional() }).loose(),
  ),
})

/** Texts for packages that bring none, by package. */
const ownTexts: Record<string, string> = {
  'onnxruntime-node': 'onnxruntime.txt',
  'onnxruntime-common': 'onnxruntime.txt',
}
/** Licences whose text is added, because packages only name them beside other texts. */
const namedTexts = [{ named: /LGPL-3\.0/, files: ['LGPL-3.0.txt', 'GPL-3.0.txt'] }]
/** Licences that packages name without a text of their own. */
const commonTexts = [
  { named: /\bMIT\b/, file: 'MIT.txt' },
  { named: /Apache-2\.0/, file: 'Apache-2.0.txt' },
]

const isLicence = (name: string) => /^(licen[cs]e|copying|notice|third.?party)/i.test(name)
const read = (file: string) => readFileSync(file, 'utf8').trim()

/** Folder of the package that a module belongs to, relative to the checkout; null for our own modules. */
export function packageOf(moduleId: string): string | null {
  const found = /^.*node_modules\/(?:@[^/]+\/)?[^/?]+/.exec(moduleId.replaceAll('\\', '/'))
  return found && found[0].slice(found[0].indexOf('node_modules/'))
}

/** Folders, in a checkout, of the packages that are shipped as packages: all but those for development, where they are installed. */
export function shippedFolders(root: string): string[] {
  const { packages } = lockFile.parse(JSON.parse(read(path.join(root, 'package-lock.json'))))
  return Object.entries(packages)
    .filter(([folder, { dev }]) => folder !== '' && dev !== true)
    .map(([folder]) => folder)
    .filter((folder) => existsSync(path.join(root, folder, 'package.json')))
}

/** Reads packages from their folders in a checkout, in order of name and version, each once. */
export function readPackages(root: string, folders: Iterable<string>): ShippedPackage[] {
  const { packages: locked } = lockFile.parse(JSON.parse(read(path.join(root, 'package-lock.json'))))
  const found = new Map<string, ShippedPackage>()
  for (const folder of folders) {
    const at = path.join(root, folder)
    const { name, version, license } = manifest.parse(JSON.parse(read(path.join(at, 'package.json'))))
    const stated = typeof license === 'object' ? license.type : (license ?? null)
    found.set(`${name} ${version}`, {
      name,
      version,
      license: stated,
      text: textOf(at, path.join(root, 'resources/licences'), name, stated),
      integrity: locked[folder]?.integrity ?? null,
      contains: nativeParts(at),
    })
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1))
}

function textOf(folder: string, licences: string, name: string, license: string | null): string | null {
  const own = ownTexts[name]
  const known = namedTexts.find(({ named }) => named.test(license ?? ''))?.files ?? []
  const files = [
    ...readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && isLicence(entry.name))
      .map((entry) => path.join(folder, entry.name))
      .sort(),
    // libvips lists the licences of its parts there.
    ...(Object.keys(nativeParts(folder)).length > 0 ? [path.join(folder, 'README.md')] : []),
    ...[...(own === undefined ? [] : [own]), ...known].map((file) => path.join(licences, file)),
  ]
  const common = commonTexts.filter(({ named }) => named.test(license ?? ''))
  const texts = files.length > 0 ? files : common.map(({ file }) => path.join(licences, file))
  return texts.length === 0 ? null : texts.map(read).join('\n\n')
}

function nativeParts(folder: string): Record<string, string> {
  const file = path.join(folder, 'versions.json')
  return existsSync(file) ? z.record(z.string(), z.string()).parse(JSON.parse(read(file))) : {}
}
