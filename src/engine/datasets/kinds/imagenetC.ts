import { imagenetC19 } from '#shared/transforms/index.ts'
import { imagenet1k } from '../../models/index.ts'
import type { ImagePlace, DatasetKind } from './kind.ts'
import { foldersIn, type FolderReader } from '../folderReader.ts'
import { cifarOf } from './cifar.ts'
import { looksLikeWnid } from './wnids.ts'

const known = new Set<string>(imagenetC19)
const severities = ['1', '2', '3', '4', '5']

/** All parts of ImageNet-C, in the order of its table. */
export const imagenetCParts = imagenetC19.flatMap((name) => severities.map((s) => `${name}/${s}`))

const perPart = 50000
const perCifarPart = 10000

/** Class and part of an image with `<corruption>/<severity>/<class>/<file>` anywhere in its path. */
export function placeOfCorrupted(path: string): ImagePlace {
  const steps = path.split('/')
  const at = steps.findIndex((step, index) => known.has(step) && severities.includes(steps[index + 1] ?? ''))
  if (at < 0) return { className: null, part: null }
  const className = steps.length > at + 3 ? (steps[at + 2] ?? null) : null
  return { className, part: `${steps[at]}/${steps[at + 1]}` }
}

/**
 * ImageNet-C: `<corruption>/<severity>/<class>/`, for any of its parts. The corruptions may also be below the folders of
 * its archives (noise, blur, weather, digital, extra), or the folder may be that of one corruption.
 */
export const imagenetC = {
  recognises: ['imagenet-c', 'cifar-10-c', 'cifar-100-c'],
  parts: imagenetCParts,
  recognise: async (reader) => {
    const corrupted = await corruptionFolders(reader)
    if (corrupted.length === 0) return null
    const prefix = corrupted[0] === '' ? `${reader.name}/` : ''
    const parts: string[] = []
    for (const folder of corrupted)
      for (const severity of (await reader.at(folder)).folders.filter((name) => severities.includes(name)))
        parts.push(folder === '' ? severity : `${folder}/${severity}`)
    const classes = await foldersIn(reader, parts)
    if (parts.length === 0 || classes.length === 0) return null
    const published = classes.some(looksLikeWnid)
    const cifar = cifarOf(classes)
    const title = cifar ? `CIFAR-${cifar}-C` : 'ImageNet-C'
    const found = new Set(parts.map((part) => placeOfCorrupted(`${prefix}${part}/x/x`).part))
    return {
      kind: 'folders',
      recognised: cifar ? `cifar-${cifar}-c` : 'imagenet-c',
      reason: `${found.size} of the ${imagenetCParts.length} parts of ${title} (corruption/severity), ${classes.length} classes.`,
      classes,
      labelsPath: null,
      expected: {
        images: published ? perPart : cifar ? perCifarPart : null,
        parts: imagenetCParts,
        classes: published ? imagenet1k().wnids : cifar ? classes : null,
      },
      videos: false,
      placeOf: (name) => placeOfCorrupted(prefix + name),
    }
  },
} as const satisfies DatasetKind

/** Folders with the name of a corruption and with severities: in the root, one level lower, or the root itself (''). */
async function corruptionFolders(reader: FolderReader): Promise<string[]> {
  const holdsSeverities = async (folder: string) =>
    (await reader.at(folder)).folders.some((name) => severities.includes(name))
  if (known.has(reader.name) && (await holdsSeverities(''))) return ['']
  const { folders } = await reader.at()
  if (folders.length > 40) return []
  const found: string[] = []
  for (const folder of folders) {
    const inside = known.has(folder)
      ? []
      : (await reader.at(folder)).folders.filter((name) => known.has(name))
    for (const path of known.has(folder) ? [folder] : inside.map((name) => `${folder}/${name}`))
      if (await holdsSeverities(path)) found.push(path)
  }
  return found
}
