import type { Recognised } from '#shared/contract/index.ts'
import type { FoundFile } from '../scan.ts'
import type { FolderReader } from '../folderReader.ts'

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
  /** Images of every class, where they are all alike. */
  perClass?: number
  /** Files that are named by a list: those that are not there are reported. */
  files?: readonly string[]
}

/** How a dataset says class and part of an image. Class names are sorted by code unit, as torchvision's ImageFolder sorts. */
export interface Layout {
  kind: 'folders' | 'csv' | 'unlabelled' | 'arrays'
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
  /** In place of the image files below the folder, where the images are rows of other files. */
  files?(): AsyncGenerator<FoundFile>
  /** What was seen at first sight and belongs into the report. */
  remarks?: readonly string[]
}

export const anything: Expected = { images: null, parts: [], classes: null }

/** One way to recognise a folder: a file beside this one and its place in the list of `index.ts`. */
export interface DatasetKind {
  /** What it may find; each is an entry of `shared/datasetKinds.ts`. */
  recognises: readonly Recognised[]
  /** Its parts in the order they are shown. */
  parts?: readonly string[]
  /** From a first look at names; null where the folder is none of these. */
  recognise(reader: FolderReader): Promise<Layout | null>
}
