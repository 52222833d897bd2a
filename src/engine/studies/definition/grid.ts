import type { PairedTest, StudyCondition } from '#shared/contract/index.ts'
import type { ClassCount, ConfusionCount, PairCounts, PlannedCondition } from '../../facts/index.ts'

/** A model of a study with its conditions and the variants its facts are kept under. */
export interface GridModel {
  id: number
  title: string
  classes: string[]
  largestKernel: number | null
  conditions: PlannedCondition[]
  /** Variant of a condition; null before it was measured. */
  variantOf(condition: PlannedCondition): number | null
}

/** The facts of a study, summed up as models x conditions, with the questions a view may ask of them. */
export interface Grid {
  models: GridModel[]
  cells: StudyCondition[]
  /** Images the study is about. */
  images: number
  /** Every image has a fact or a reason for having none, under every condition and for every model. */
  complete: boolean
  /** Fewest and most images that a cell has facts of. */
  measured: { least: number; most: number }
  /** The same as `complete` of one cell: only of whole cells may a number be made that stands for all of them. */
  whole(cell: StudyCondition): boolean
  /** Per class of the dataset: images and correct ones of one cell. */
  perClass(cell: StudyCondition): ClassCount[]
  /** How often class `truth` was taken for `predicted`, of one cell. */
  confusion(cell: StudyCondition): ConfusionCount[]
  /** Empty where they were not asked for. */
  tests: PairedTest[]
  /** Images of a cell by what is right under the model's first condition and what under its own; null before both were measured. */
  pairs(cell: StudyCondition): PairCounts | null
  /** Of the images that are right under the model's first condition, the share that is wrong under this one; null without any. */
  lostShare(cell: StudyCondition): number | null
}
