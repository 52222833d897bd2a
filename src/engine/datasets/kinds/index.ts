import type { Recognised } from '#shared/contract/index.ts'
import { cifarFolders } from './cifar.ts'
import { cifarCorruptedArrays, cifarRecords } from './cifarArrays.ts'
import { classSetFolders } from './classSets.ts'
import { corruptionSetFolders } from './corruptionSets.ts'
import { namedConditions } from './conditions.ts'
import { csvFolder } from './csv.ts'
import { cueConflict } from './cueConflict.ts'
import { classFolders, unlabelledFolder } from './folders.ts'
import { imagenet9 } from './imagenet9.ts'
import { imagenetC } from './imagenetC.ts'
import { imagenetP } from './imagenetP.ts'
import { imagenetSubset } from './imagenetSubset.ts'
import { imagenetVal } from './imagenetVal.ts'
import type { FolderReader } from '../folderReader.ts'
import type { DatasetKind, Layout } from './kind.ts'
import { objectNet } from './objectNet.ts'
import { sampleSuite } from './sampleSuite.ts'

/** The first kind that recognises a folder is used, so special structures come before plain class folders. */
const ordered = [
  namedConditions,
  cifarCorruptedArrays,
  cifarRecords,
  csvFolder,
  sampleSuite,
  imagenet9,
  imagenetC,
  corruptionSetFolders,
  imagenetP,
  cueConflict,
  objectNet,
  classSetFolders,
  imagenetSubset,
  imagenetVal,
  cifarFolders,
  classFolders,
  unlabelledFolder,
] as const

type Unrecognised = Exclude<Recognised, (typeof ordered)[number]['recognises'][number]>

/** The kinds of datasets. It does not compile where an entry of `shared/datasetKinds.ts` has no kind here. */
export const kinds: [Unrecognised] extends [never] ? readonly DatasetKind[] : { missing: Unrecognised } =
  ordered

/** Kinds that take any folder. */
const generalKinds: readonly DatasetKind[] = [classFolders, unlabelledFolder]

const firstOf =
  (some: readonly DatasetKind[]) =>
  async (reader: FolderReader): Promise<Layout | null> => {
    for (const kind of some) {
      const layout = await kind.recognise(reader)
      if (layout) return layout
    }
    return null
  }

/** Recognises a folder by the first kind of its own that fits, or by one for any folder; null where none does. */
export const recognition = {
  special: firstOf(kinds.filter((kind) => !generalKinds.includes(kind))),
  general: firstOf(generalKinds),
}

/** Parts of a kind of dataset, in the order of the screen. */
export const partOrder = (recognised: Recognised): readonly string[] =>
  kinds.find(({ recognises, parts }) => parts && recognises.includes(recognised))?.parts ?? []
