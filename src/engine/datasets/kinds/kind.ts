import type { ConditionsFile } from '#shared/conditionsFile.ts'
import type { Recognised } from '#shared/contract/index.ts'
import type { FoundFile } from '../scan.ts'
import type { FolderReader } from '../folderReader.ts'

/** Class and part of an image; null where its name does not give them. */
export interface ImagePlace {
  className: string | null
  part: string | null
}

/** Expected contents of a dataset of a kind. */
export interface ExpectedContents {
  /** Number of images of the published set, per part where it has parts; null where there is no such number. */
  images: number | null
  parts: readonly string[]
  /** null: any classes. */
  classes: readonly string[] | null
  /** Number of images of each class, where it is the same for all. */
  perClass?: number
  /** Files that a list names, and how the one of an image is found. Missing ones are reported. */
  list?: { files: readonly string[]; entryOf(stored: string): string | undefined }
}

/** How the class and part of an image are found. Class names are sorted by code unit, like in torchvision's ImageFolder. */
export interface Layout {
  kind: 'folders' | 'csv' | 'unlabelled' | 'arrays'
  recognised: Recognised
  /** Why the folder was recognised as that kind, in a sentence. */
  reason: string
  classes: string[]
  labelsPath: string | null
  expected: ExpectedContents
  /** Whether frames must be extracted from videos first. */
  videos: boolean
  /** Class and part of an image, by its name relative to the dataset. */
  placeOf(name: string): ImagePlace
  /** Lists the images where they are rows of other files. Without it the images are the image files below the folder. */
  files?(): AsyncGenerator<FoundFile>
  /** What its conditions.json says, where it has one. */
  conditions?: ConditionsFile
  /** Remarks on the folder for the report. */
  remarks?: readonly string[]
}

export const anything: ExpectedContents = { images: null, parts: [], classes: null }

/** A kind of dataset. To add one: write a file next to this one, and an entry in the list of `index.ts`. */
export interface DatasetKind {
  /** The datasets that it recognises; each is an entry of `shared/datasetKinds.ts`. */
  recognises: readonly Recognised[]
  /** Its parts, in the order of the screen. */
  parts?: readonly string[]
  /** Recognises a folder by names alone; null where it is not of this kind. */
  recognise(reader: FolderReader): Promise<Layout | null>
}
