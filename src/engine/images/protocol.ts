import type { Draws, PixelTransform } from '#shared/transforms/index.ts'
import type { FilePath } from './file.ts'
import type { Geometry } from './geometry.ts'
import type { Measurement } from './measure.ts'

/** One version of an image: the transform, and where its pixels go. */
export interface Step {
  transform: PixelTransform
  /** The pixels are written at value slot * height * width * 3 of the target. */
  slot: number
  /** The entry of the draws file that the transform names; nothing else of that file. */
  draws: Draws | undefined
}

/** What a worker can be asked. The worker answers in order, one at a time. */
export type Task =
  | {
      kind: 'load'
      path: FilePath
      imageKey: string
      geometry: Geometry
      steps: Step[]
      /** Of the target: 8-bit levels, or float32 in [0,1] units. */
      pixels: 'uint8' | 'float32'
      target: SharedArrayBuffer
    }
  | {
      kind: 'input'
      path: FilePath
      imageKey: string
      geometry: Geometry
      transform: PixelTransform
      draws: Draws | undefined
    }
  | { kind: 'strip'; path: FilePath; imageKey: string; geometry: Geometry; transforms: PixelTransform[] }
  | { kind: 'measure'; path: FilePath; decodeFully: boolean }
  | { kind: 'thumbnail'; path: FilePath; size: number }
  | { kind: 'browserPicture'; path: FilePath }

/** What each kind of task gives back. */
export interface Results {
  load: undefined
  input: Uint8Array
  strip: Uint8Array
  measure: Measurement
  thumbnail: Uint8Array
  browserPicture: { type: string; bytes: Uint8Array }
}
