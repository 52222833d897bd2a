import type { Preprocessing } from '#shared/contract/index.ts'
import type { Readout } from '#shared/readouts.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import type { Transform } from '#shared/transform.ts'
import type { ImageSource } from './images.ts'

/** One random draw of a condition that is drawn several times. */
export interface ConditionDraw {
  /** Key that all draws of one condition share, e.g. "percent=50". */
  level: string
  /** E.g. "draw 2", counted from 1. */
  title: string
}

/** A condition of a study: one column of its grid of models and conditions. */
export interface Condition {
  /** Unique in a study and stable, e.g. "percent=50,repeat=0". */
  key: string
  params: Record<string, number | string | boolean>
  /** Title without the draw, e.g. "50 % dropped". */
  title: string
  /** The baseline: neither image nor model is changed. */
  baseline?: true
  /** How images are changed, without the amount, e.g. "salient"; left out where the study has one way only. */
  way?: string
  /** The random draw; left out where the condition has one only. */
  draw?: ConditionDraw
  /** Returns the transform of a group's images. A study without groups has only group 0. */
  transform(group: number): Transform
  /** Rewrite of the model; none when left out. */
  rewrite?: Rewrite
  /** Images of the condition; those of the study when left out. */
  images?: Partial<Omit<ImageSource, 'selectedFor'>>
  /** Replaces the model's preprocessing, e.g. for images that have the input size already. */
  preprocessing?: Preprocessing
  /** How outputs become a prediction; the largest output when left out. */
  readout?: Readout
}
