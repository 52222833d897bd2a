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
