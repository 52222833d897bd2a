import type { z } from 'zod'
import type { Definition, Possibility, PreprocessingChange } from '#shared/contract/index.ts'
import type { Condition, PlannedCondition, Stored } from '../../facts/index.ts'
import type { BesideFile } from '../../datasets/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { ConditionContext, FitContext, MeasureContext, SettleContext, ViewContext } from './contexts.ts'
import type { ConditionWork, EstimateContext, ExtraWork, SessionEstimate, WorkContext } from './cost.ts'
import type { Grid } from './grid.ts'
import type { StudyQuestion, SuitePlace } from './offer.ts'
import type { PlanSessions } from './sessions.ts'
import type { Axis, KeptVectors, PointImages, View } from './view.ts'

export interface Preset<P> {
  id: string
  title: string
  description: string
  params: Partial<P>
  /** The tables and figures of the paper that it repeats, e.g. "Fig. 6a"; left out = none. */
  repeats?: readonly string[]
  /** What is done otherwise than published, a sentence each. Goes with `repeats`. */
  deviates?: readonly string[]
  /** Most images of each class; left out = all. */
  perClass?: number
  /** Most images in all, balanced over classes; left out = all. */
  images?: number
  /** Models are shown with the published preprocessing of the study. */
  published?: true
}

/** What is doubtful, and what to do about it. */
export interface StudyWarning {
  message: string
  hint: string
}

/** A rewrite that a study needs: of its models, or of the model with an id. */
export interface RewriteNeed {
  rewrite: Possibility['rewrite']
  of: 'models' | number
}

/** The format of a draws file that another study can replay. */
export interface ReplayFormat {
  /** Whether an imported JSON value has this format. */
  reads(value: unknown): boolean
  /**
   * Stores an imported file under its digest and returns the digest.
   *
   * @throws DRAWS_MALFORMED where the text is no such file; the message names the place
   */
  keep(db: Db, text: string): string
}

/**
 * Declares a study. Its form, command-line options, cache, resume, page, place in the suite, ranking and docs
 * all follow from this. To add a study, add a folder with a definition and a line in the registry.
 */
export interface StudyDefinition<Schema extends z.ZodObject = z.ZodObject, P = z.output<Schema>> {
  id: string
  title: string
  /** Section of the paper, e.g. "4.1". */
  section: string
  description: string
  /** Page under `docs/` that explains how it is measured. */
  docs?: string
  params: Schema
  presets: Preset<P>[]
  definitions: Definition[]

  /** How the published script of this experiment prepares images; left out = none is published. */
  published?: PreprocessingChange

  /** Its view gives metrics, which become columns of the ranking. */
  ranked?: true
  /** Tables of the paper that print its metrics; the ranking shows them beside the measured ones. */
  printedIn?: readonly string[]
  /** Its place in the suite of benchmarks; left out = none. */
  suite?: SuitePlace
  /** The questions it answers on the page of questions. */
  questions?: readonly StudyQuestion[]

  /** Images per group in dataset order, where one draw serves a group; null or left out = no groups. */
  groupSize?(params: P): number | null
  /**
   * Its conditions for one model. The others are compared with the first. Empty where nothing is measured on
   * images.
   */
  conditions(params: P, model: StoredModel, context: ConditionContext): Condition[]
  /** The axis its conditions lie on; left out = they only have an order. */
  axis?: Axis<P>
  /**
   * Fills in parameters that depend on the workspace, when the study is stored.
   *
   * @throws STUDY_PARAMS and other codes where the study cannot be made
   */
  settle?(params: P, context: SettleContext): P | Promise<P>
  /**
   * What makes its numbers doubtful with these parameters on these models, each with what to do about it; left
   * out = nothing. It reads no images and no facts.
   */
  warnings?(params: P, models: readonly StoredModel[], context: Pick<ConditionContext, 'db'>): StudyWarning[]
  /** Rewrites of graphs that it needs with these parameters; left out = none. */
  needs?(params: P): RewriteNeed[]
  /** Datasets besides the study's own whose images it measures. */
  otherDatasets?(params: P): number[]
  /** Its view reads what the names of images say, such as their cues. Bundles then hold all names. */
  readsNames?: true
  /** Files beside its dataset that its view reads; left out = none. */
  beside?(params: P): readonly BesideFile[]
  /** Its view reads only the models' files: no images, nothing stored. */
  fromWeights?: true
  /**
   * Whether a model must know a class of the dataset; left out = where images are measured under conditions. false: it need
   * not.
   */
  needsLabels?: boolean
  /**
   * Ids of models whose labels it reads besides those that are measured under its conditions: models that only its parameters name,
   * or its own where true classes are explained. They must know a class of the dataset. Left out = none.
   */
  readsLabels?(params: P, models: readonly StoredModel[], context: Pick<ConditionContext, 'db'>): number[]

  /**
   * How its draws are written as a draws file: as masks of patches, or by this function; left out = it draws
   * nothing.
   */
  exportDraws?: 'masks' | ((params: P, models: StoredModel[], db: Db) => string)
  /** The format of the draws file, where it holds no masks. */
  replays?: ReplayFormat

  /**
   * Refuses draws to replay that do not fit the models, or the images where they are chosen; left out = all fit.
   *
   * @throws STUDY_PARAMS where they do not fit; the message says why
   */
  fits?(params: P, context: FitContext): void | Promise<void>

  /** Sessions for its conditions that change the model's graph; left out = no condition does. */
  sessions?: PlanSessions
  /**
   * The cost of those sessions for conditions that lack facts; left out = one pass of the model for each
   * image.
   */
  estimateSessions?(conditions: PlannedCondition[], context: EstimateContext): SessionEstimate
  work?: ConditionWork
  /** What it computes besides its conditions; left out = nothing. */
  extraWork?(params: P, context: WorkContext): ExtraWork[]
  /** Replaces the measuring of predictions. It must store results image by image and skip what is stored. */
  measure?(context: MeasureContext, params: P): Promise<void>
  /** Its `measure` measures each image of the stretch by itself, so that images can be divided among machines. */
  measuresApart?: true
  /** What is stored of what `measure` stores besides facts, over all models; left out = it stores facts only. */
  stored?(params: P, context: ViewContext): Stored[] | Promise<Stored[]>
  /**
   * The vectors that `measure` stores of a model besides facts; left out = none that stand for a number it
   * shows.
   */
  kept?(params: P, model: StoredModel, context: ViewContext): Promise<KeptVectors[]>

  view(grid: Grid, params: P, context: ViewContext): View | Promise<View>
  /**
   * The images behind a point of a figure that is no condition, by the key in its `ref`; null where there is
   * no such point.
   */
  point?(key: string, params: P, model: StoredModel, context: ViewContext): Promise<PointImages | null>
}
