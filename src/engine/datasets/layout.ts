import { existsSync, statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Recognised } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { cifarFolders } from './kinds/cifar.ts'
import { csvFolder, csvLayout } from './kinds/csv.ts'
import { classFolders, unlabelledFolder } from './kinds/folders.ts'
import { imagenet9 } from './kinds/imagenet9.ts'
import { imagenetC } from './kinds/imagenetC.ts'
import { imagenetP } from './kinds/imagenetP.ts'
import { imagenetSubset } from './kinds/imagenetSubset.ts'
import { imagenetVal } from './kinds/imagenetVal.ts'
import { sampleSuite } from './kinds/sampleSuite.ts'
import { lookAt, type Look } from './look.ts'

/** Where an image belongs; null where the name does not say. */
export interface Place {
  className: string | null
  part: string | null
}

/** What a dataset of a kind should hold. */
export interface Expected {
  /** Images of the published set, per part where it has parts; null where there is no such number. */
  images: number | null
  parts: readonly string[]
  /** null: any class will do. */
  classes: readonly string[] | null
}

/** How a dataset says class and part of an image. Class names are sorted by code unit, as torchvision's ImageFolder sorts. */
export interface Layout {
  kind: 'folders' | 'csv' | 'unlabelled'
  recognised: Recognised
  /** Why it was taken for that, in a sentence. */
  reason: string
  classes: string[]
  labelsPath: string | null
  expected: Expected
  /** Frames have to be taken out of videos first. */
  videos: boolean
  /** By the name of a file inside the dataset. */
  placeOf(name: string): Place
}

export const anything: Expected = { images: null, parts: [], classes: null }

/** Says whether a folder is a dataset of one kind, from a first look at names; null where it is not. */
export type Recogniser = (look: Look) => Promise<Layout | null>

/** The first that recognises a folder names it: special structure before plain class folders. */
const recognisers: readonly Recogniser[] = [
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
