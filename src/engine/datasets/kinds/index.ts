import type { Recognised } from '#shared/contract/index.ts'
import { cifarFolders } from './cifar.ts'
import { cifarCorruptedArrays, cifarRecords } from './cifarArrays.ts'
import { csvFolder } from './csv.ts'
import { classFolders, unlabelledFolder } from './folders.ts'
import { imagenet9 } from './imagenet9.ts'
import { imagenetC } from './imagenetC.ts'
import { imagenetP } from './imagenetP.ts'
import { imagenetSubset } from './imagenetSubset.ts'
import { imagenetVal } from './imagenetVal.ts'
import type { DatasetKind } from './kind.ts'
import { sampleSuite } from './sampleSuite.ts'

/** The first that recognises a folder names it: special structure before plain class folders. */
const ordered = [
  cifarCorruptedArrays,
  cifarRecords,
  csvFolder,
  sampleSuite,
  imagenet9,
  imagenetC,
  imagenetP,
  imagenetSubset,
  imagenetVal,
  cifarFolders,
  classFolders,
  unlabelledFolder,
] as const

type Unrecognised = Exclude<Recognised, (typeof ordered)[number]['recognises'][number]>

/** Does not compile while nothing recognises a kind of `shared/datasetKinds.ts`. */
export const kinds: [Unrecognised] extends [never] ? readonly DatasetKind[] : { missing: Unrecognised } =
  ordered

/** Parts of a kind of dataset in the order they are shown. */
export const partOrder = (recognised: Recognised): readonly string[] =>
  kinds.find(({ recognises, parts }) => parts && recognises.includes(recognised))?.parts ?? []
