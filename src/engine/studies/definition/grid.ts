import type { PairedTest, Sequence, StudyCondition } from '#shared/contract/index.ts'
import type { ClassCount, ConfusionCount, PairCounts, PlannedCondition } from '../../facts/index.ts'

/** A model of a study with its conditions and the variants that hold its facts. */
export interface GridModel {
  id: number
  title: string
  classes: string[]
  largestKernel: number | null
  /** Whether the study shows it with its own preprocessing. Else its facts are not those of the model itself. */
  ownPreprocessing: boolean
  conditions: PlannedCondition[]
  /** Id of the variant with the facts of a condition; null before it was measured. */
  variantOf(condition: PlannedCondition): number | null
}

/** The facts of a study summed up by model and condition, and the questions a view may ask about them. */
export interface Grid {
  models: GridModel[]
  cells: StudyCondition[]
  /** Number of images of the study. */
  images: number
  /**
   * Whether every image has a fact, or a reason for having none, under every condition and for every model.
   */
  complete: boolean
  /** Whether that holds for one cell. A number that stands for all images may be computed of whole cells only. */
  whole(cell: StudyCondition): boolean
  /**
   * Fewest and most images of the study that a cell of a model has facts of, model by model; null where a condition is
   * about other images, such as a part of the dataset.
   */
  measured: { model: string; least: number; most: number }[] | null
  /** Pairs of an image and a condition, over all models: those with a prediction, those that failed, all. */
  answers: { measured: number; failed: number; of: number }
  /** Most images that one cell lacks facts of. */
  missing: number
  /** Counts images and correct images of one cell, by class of the dataset. */
  perClass(cell: StudyCondition): ClassCount[]
  /** Counts how often class `truth` was predicted as `predicted`, in one cell. */
  confusion(cell: StudyCondition): ConfusionCount[]
  /** Empty where no tests were asked for. */
  tests: PairedTest[]
  /**
   * Counts images by whether they are right under the model's first condition and under the cell's own; null
   * before both were measured.
   */
  pairs(cell: StudyCondition): PairCounts | null
  /**
   * The share of images, from 0 to 1, that are wrong in this cell among those right under the model's first
   * condition; null where none is right.
   */
  lostShare(cell: StudyCondition): number | null
  /**
   * What is known, while images are missing, of a weighted sum of accuracies over all images, divided by `over`: of a mean of
   * draws, or a change. null where nothing is missing, before a first look, and where no sequence is known for it.
   *
   * @param terms cells with whole numbers as weights
   */
  known(terms: readonly { cell: StudyCondition; weight: number }[], over: number): Promise<Sequence | null>
}
