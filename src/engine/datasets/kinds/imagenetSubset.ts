import { classSubsets } from '../../models/index.ts'
import type { Layout, DatasetKind } from './kind.ts'
import { topFolderIn } from './folders.ts'
import { looksLikeWnid, overlap, wnidsOf } from './wnids.ts'

type Letter = 'A' | 'R' | 'O'

const images: Record<Letter, number> = { A: 7500, R: 30000, O: 2000 }
const subset = { A: 'imagenetA', R: 'imagenetR', O: 'imagenetO' } as const
const recognised = { A: 'imagenet-a', R: 'imagenet-r', O: 'imagenet-o' } as const

/** Least share of the folders that must be classes of one subset, where some are missing or unknown. */
const mostly = 0.9

/**
 * ImageNet-A, -R and -O: folders named by 200 WordNet ids, other ones for each of the three. An incomplete set is
 * recognised by the name of its folder (imagenet-a, ImageNet_R, ...), if that names one.
 */
export const imagenetSubset = {
  recognises: ['imagenet-a', 'imagenet-r', 'imagenet-o'],
  recognise: async (reader) => {
    const { folders } = await reader.at()
    const wnids = folders.filter(looksLikeWnid)
    if (wnids.length < 2 || wnids.length > 210) return null
    const candidates = (['A', 'R', 'O'] as const).map((letter) => {
      const classes = wnidsOf(classSubsets()[subset[letter]])
      return { letter, classes, share: overlap(wnids, classes) / wnids.length }
    })
    const named = /imagenet[-_ ]?([aro])\b/i.exec(reader.name)?.[1]?.toUpperCase()
    const exact = candidates.find(({ share }) => share === 1 && wnids.length === 200)
    const hinted = candidates.find(({ letter, share }) => letter === named && share >= mostly)
    const almost = candidates.find(({ share }) => share >= mostly && wnids.length >= 180)
    const found = exact ?? hinted ?? almost
    return found ? layoutOf(found.letter, found.classes, folders) : null
  },
} as const satisfies DatasetKind

function layoutOf(letter: Letter, classes: string[], folders: string[]): Layout {
  return {
    kind: 'folders',
    recognised: recognised[letter],
    reason: `${overlap(folders, classes)} of the 200 class folders of ImageNet-${letter}.`,
    classes: folders,
    labelsPath: null,
    expected: { images: images[letter], parts: [], classes },
    videos: false,
    placeOf: topFolderIn(folders),
  }
}
