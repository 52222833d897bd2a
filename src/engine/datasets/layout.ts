import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { cifarFolders } from './kinds/cifar.ts'
import { cifarCorruptedArrays, cifarRecords } from './kinds/cifarArrays.ts'
import { csvFolder, csvLayout } from './kinds/csv.ts'
import { classFolders, unlabelledFolder } from './kinds/folders.ts'
import { imagenet9 } from './kinds/imagenet9.ts'
import { imagenetC } from './kinds/imagenetC.ts'
import { imagenetP } from './kinds/imagenetP.ts'
import { imagenetSubset } from './kinds/imagenetSubset.ts'
import { imagenetVal } from './kinds/imagenetVal.ts'
import type { Layout, Recogniser } from './kinds/kind.ts'
import { sampleSuite } from './kinds/sampleSuite.ts'
import { lookAt } from './look.ts'

export type { Layout } from './kinds/kind.ts'

/** The first that recognises a folder names it: special structure before plain class folders. */
const recognisers: readonly Recogniser[] = [
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
]

/** What the folder is, by structure and names; `labels` is a CSV that says it instead. */
export async function detectLayout(root: string, labels?: string): Promise<Layout> {
  if (!existsSync(root)) throw new KernelscopeError('FILE_MISSING', `no such folder: ${root}`)
  if (!statSync(root).isDirectory()) throw new KernelscopeError('FILE_MISSING', `not a folder: ${root}`)
  if (labels !== undefined) return csvLayout(resolve(labels))
  const look = lookAt(root)
  for (const recognise of recognisers) {
    const layout = await recognise(look)
    if (layout) return layout
  }
  throw new KernelscopeError('DATASET_EMPTY', `no images in the folder: ${root}`)
}
