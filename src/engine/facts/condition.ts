import type { Preprocessing } from '#shared/contract/index.ts'
import type { Readout } from '#shared/readouts.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import type { Transform } from '#shared/transform.ts'
import type { ImageSource } from './images.ts'

/** One of the random draws of a condition that has several. */
export interface ConditionDraw {
  /** Equal for all draws of one condition, e.g. "percent=50". */
  level: string
  /** E.g. "draw 2"; draws count from 1. */
  title: string
}

/** One column of the grid models x conditions. */
export interface Condition {
  /** Stable and readable inside a study, e.g. "percent=50,repeat=0". */
  key: string
  params: Record<string, number | string | boolean>
  /** In words, without the draw: "50 % dropped". */
  title: string
  /** Nothing is done to image or model. */
  baseline?: true
  /** How images are changed besides how much, e.g. "salient"; left out where there is one way only. */
  way?: string
  /** Which of several random draws, and what they share. */
  draw?: ConditionDraw
  /** What is done to the images of a group. Ungrouped studies have the one group 0. */
  transform(group: number): Transform
  /** What is done to the model; nothing when left out. */
  rewrite?: Rewrite
  /** Which images it is about; those of the study's dataset when left out. */
  images?: Partial<Omit<ImageSource, 'selectedFor'>>
  /** In place of the model's own preprocessing, e.g. for images that have its size already. */
  preprocessing?: Preprocessing
  /** How outputs become an answer; the largest of all when left out. */
  readout?: Readout
}
