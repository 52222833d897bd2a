import { join } from 'node:path'
import type { FolderReader } from '../folderReader.ts'
import { anything, type DatasetKind, type Layout } from './kind.ts'

/** Finds the class of a file by its top folder, where that is one of `classes`. */
export function topFolderIn(classes: readonly string[]): Layout['placeOf'] {
  const known = new Set(classes)
  return (name) => {
    const [first] = name.split('/', 1)
    const className = name.includes('/') && first !== undefined && known.has(first) ? first : null
    return { className, part: null }
  }
}

/** Number of class folders that are looked into. */
const looked = 20

/**
 * A remark where the folders that are taken for classes hold folders and no images, as the folder above `train` and `val`
 * does: the classes may be one level deeper.
 */
async function deeperClasses(reader: FolderReader, folders: readonly string[]): Promise<string[]> {
  const inside = []
  for (const folder of folders.slice(0, looked)) inside.push({ folder, ...(await reader.at(folder)) })
  const deeper = inside.filter(({ images, folders: below }) => images.length === 0 && below.length > 0)
  const [first] = deeper
  if (!first || inside.some(({ images }) => images.length > 0)) return []
  return [
    `The images lie one level deeper: ${first.folder} has the folders ${first.folders.slice(0, 5).join(', ')}${first.folders.length > 5 ? ', …' : ''}. If these are the classes, add ${join(reader.root, first.folder)} instead.`,
  ]
}

/** Any folder with subfolders. Each subfolder is a class. */
export const classFolders = {
  recognises: ['folders'],
  recognise: async (reader) => {
    const { folders } = await reader.at()
    if (folders.length === 0) return null
    return {
      kind: 'folders',
      recognised: 'folders',
      reason: `${folders.length} subfolders, each taken for a class.`,
      remarks: await deeperClasses(reader, folders),
      classes: folders,
      labelsPath: null,
      expected: anything,
      videos: false,
      placeOf: topFolderIn(folders),
    }
  },
} as const satisfies DatasetKind

/** A flat folder of images without labels. */
export const unlabelledFolder = {
  recognises: ['unlabelled'],
  recognise: async (reader) => {
    const { images } = await reader.at()
    if (images.length === 0) return null
    return {
      kind: 'unlabelled',
      recognised: 'unlabelled',
      reason: 'Images without subfolders and without a CSV of labels.',
      classes: [],
      labelsPath: null,
      expected: anything,
      videos: false,
      placeOf: () => ({ className: null, part: null }),
    }
  },
} as const satisfies DatasetKind
