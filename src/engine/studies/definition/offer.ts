import type { Dataset, Question } from '#shared/contract/index.ts'
import type { StoredModel } from '../../models/index.ts'

/** Models of a workspace by what a question needs of them. Those whose file is missing are left out. */
export interface AskedModels {
  classifiers: StoredModel[]
  /** Those with depthwise kernels, the largest first. */
  large: StoredModel[]
  /** Where salient patches come from: a saliency model, else a ViT. */
  saliency: StoredModel | null
}

/** A question of the paper that a study answers. */
export interface StudyQuestion extends Pick<Question, 'id' | 'section' | 'title' | 'asks' | 'look'> {
  params?: (models: AskedModels) => Record<string, unknown>
  /** Who is asked; all classifiers when left out. */
  models?: (models: AskedModels) => StoredModel[]
  /** Seconds to make the transform of one pass, at 96 pixels on one core. */
  transformSeconds?: number
  /** The study chooses its images itself, by this many. */
  images?: number
}

/** A study's place in the suite: which datasets it is run on when all benchmarks are. */
export interface SuitePlace {
  recognised: readonly Dataset['recognised'][]
  /** Where its images may be made from ordinary ones: the parameters it has then. */
  made?(modelIds: readonly number[]): Record<string, unknown>
  /** In the quick preset: these parameters, on few images of each class. Left out = as in the full one. */
  quick?: Record<string, unknown>
}
