import type { Draws, PixelTransform } from '#shared/transforms/index.ts'
import type { ImagePath } from './file.ts'
import type { Geometry } from './geometry.ts'
import type { Measurement } from './measure.ts'

/** A transform of an image, and where its pixels are written. */
export interface TransformSlot {
  transform: PixelTransform
  /** The pixels are written from value slot * height * width * 3 of the target on. */
  slot: number
  /** The one entry of the draws file that the transform reads. */
  draws: Draws | undefined
}

/** Paths of the picture files that the transforms of a task name, by their SHA-256 (hex). */
export type NamedPictures = Readonly<Record<string, string>>

/** A task of an image worker. The worker does one at a time, in order. */
export type Task =
  | {
      kind: 'load'
      path: ImagePath
      imageKey: string
      geometry: Geometry
      steps: TransformSlot[]
      pictures: NamedPictures
      /** Type of the target's values: uint8 in 0..255, or float32 where 1 is white. */
      pixels: 'uint8' | 'float32'
      target: SharedArrayBuffer
    }
  | {
      kind: 'input'
      path: ImagePath
      imageKey: string
      geometry: Geometry
      transform: PixelTransform
      draws: Draws | undefined
      pictures: NamedPictures
    }
  | {
      kind: 'strip'
      path: ImagePath
      imageKey: string
      geometry: Geometry
      transforms: PixelTransform[]
      pictures: NamedPictures
    }
  | { kind: 'measure'; path: ImagePath; decodeFully: boolean }
  | { kind: 'thumbnail'; path: ImagePath; size: number }
  | { kind: 'browserPicture'; path: ImagePath }

/** The result of each kind of task. */
export interface Results {
  /** Milliseconds that it took. */
  load: number
  input: Uint8Array
  strip: Uint8Array
  measure: Measurement
  thumbnail: Uint8Array
  browserPicture: { type: string; bytes: Uint8Array }
}
