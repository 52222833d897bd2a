import { join } from 'node:path'
import { isThere } from '../../archives/index.ts'
import type { FolderReader } from '../folderReader.ts'
import type { DatasetKind } from './kind.ts'

/** Folder with the files that say which classes of ImageNet a folder is of, beside `images`. */
export const objectNetMappings = 'mappings'

const told = ['folder_to_objectnet_label.json', 'objectnet_to_imagenet_1k.json'] as const

/** ObjectNet (Barbu et al. 2019): `images/<object>/` with `mappings` beside it, or the folder of images with it one level up. */
export const objectNet = {
  recognises: ['objectnet'],
  async recognise(reader) {
    const below = await imagesIn(reader)
    if (below === null) return null
    const { folders } = await reader.at(below)
    if (folders.length === 0) return null
    const known = new Set(folders)
    return {
      kind: 'folders',
      recognised: 'objectnet',
      reason: `${folders.length} folders of objects, with the mappings of ObjectNet.`,
      classes: folders,
      labelsPath: null,
      expected: { images: null, parts: [], classes: null },
      videos: false,
      placeOf(name) {
        const inside = below === '' || name.startsWith(`${below}/`)
        const [folder = '', file] = name.slice(below === '' ? 0 : below.length + 1).split('/')
        return { className: inside && file !== undefined && known.has(folder) ? folder : null, part: null }
      },
    }
  },
} as const satisfies DatasetKind

/** The folder with the folders of objects, where the mappings of ObjectNet lie beside it; null otherwise. */
async function imagesIn(reader: FolderReader): Promise<string | null> {
  const { folders } = await reader.at()
  if (folders.includes('images') && folders.includes(objectNetMappings)) {
    const { files } = await reader.at(objectNetMappings)
    return told.every((name) => files.includes(name)) ? 'images' : null
  }
  const above = (name: string) => join(reader.root, '..', objectNetMappings, name)
  return (await isThere(above(told[0]))) && (await isThere(above(told[1]))) ? '' : null
}
