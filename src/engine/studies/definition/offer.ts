import type { Dataset, Question } from '#shared/contract/index.ts'
import type { StoredModel } from '../../models/index.ts'

/** The models of a workspace that questions may use. Models whose file is missing are left out. */
export interface QuestionModels {
  classifiers: StoredModel[]
  /** Those with depthwise kernels, the largest kernels first. */
  large: StoredModel[]
  /** The model that salient patches come from: a saliency model, else a ViT; null without either. */
  saliency: StoredModel | null
}

/** A question of the paper that a study answers. */
export interface StudyQuestion extends Pick<Question, 'id' | 'section' | 'title' | 'asks' | 'look'> {
  params?: (models: QuestionModels) => Record<string, unknown>
  /** The models it is asked of; left out = all classifiers. */
  models?: (models: QuestionModels) => StoredModel[]
  /** Seconds to compute the transform for one forward pass, at 96 pixels on one core. */
  transformSeconds?: number
  /** How many images the study samples itself. */
  images?: number
}

/** A study's place in the suite: the datasets it is run on. */
export interface SuitePlace {
  recognised: readonly Dataset['recognised'][]
  /** The parameters to use where its images are made from ordinary ones; left out = they cannot be made. */
  made?(modelIds: readonly number[]): Record<string, unknown>
  /**
   * The parameters of the quick preset, which takes few images of each class; left out = those of the full
   * preset.
   */
  quick?: Record<string, unknown>
}
