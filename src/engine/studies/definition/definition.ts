import type { z } from 'zod'
import type { Definition } from '#shared/contract/index.ts'
import type { Condition, PlannedCondition } from '../../facts/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { ConditionContext, MeasureContext, SettleContext, ViewContext } from './contexts.ts'
import type { ConditionWork, EstimateContext, ExtraWork, SessionEstimate, WorkContext } from './cost.ts'
import type { Grid } from './grid.ts'
import type { StudyQuestion, SuitePlace } from './offer.ts'
import type { PlanSessions } from './sessions.ts'
import type { Axis, Kept, PointImages, View } from './view.ts'

export interface Preset<P> {
  id: string
  title: string
  description: string
  params: Partial<P>
}

/** A file of random choices that another study can replay. */
export interface ReplayFormat {
  /** Whether the text of an imported file, as JSON, is of this format. */
  reads(value: unknown): boolean
  /**
   * Keeps an imported file; its digest names it from then on.
   *
   * @throws DRAWS_MALFORMED that names the place
   */
  keep(db: Db, text: string): string
}

/**
 * A study as a declaration. Its form, command-line options, cache, resume, page, place in the suite, ranking and docs all
 * come from here; a new study is a folder with one of these and a line in the registry.
 */
export interface StudyDefinition<Schema extends z.ZodObject = z.ZodObject, P = z.output<Schema>> {
  id: string
  title: string
  /** Section of the paper, e.g. "4.1". */
  section: string
  description: string
  /** Page under `docs/` that says more of how it is measured. */
  docs?: string
  params: Schema
  presets: Preset<P>[]
  definitions: Definition[]

  /** Its view gives metrics, which are columns of the ranking. */
  ranked?: true
  /** Tables of the paper that print its metrics; the ranking shows them beside ours. */
  printedIn?: readonly string[]
  /** Its place in the suite of benchmarks; none when left out. */
  suite?: SuitePlace
  /** What it is offered for on the page of questions. */
  questions?: readonly StudyQuestion[]

  /** Images per group in dataset order, where conditions are drawn per group; null (or left out) where they are not. */
  groupSize?(params: P): number | null
  /** The first condition is the one that others are compared with. Empty where nothing is measured on images. */
  conditions(params: P, model: StoredModel, context: ConditionContext): Condition[]
  /** Along which its conditions lie; left out where they only have an order. */
  axis?: Axis<P>
  /** Settles parameters that depend on the workspace when a study is stored, or says why it cannot be. */
  settle?(params: P, context: SettleContext): P | Promise<P>
  /** Datasets besides the study's own whose images it looks at. */
  otherDatasets?(params: P): number[]
  /** Its view looks at the models' files alone: no images, nothing stored. */
  fromWeights?: true
  /** False where a model need not know the classes of the dataset. */
  needsLabels?: boolean

  /** Its random draws as a file that can be replayed: its masks of patches, or as it writes them; left out = none. */
  exportDraws?: 'masks' | ((params: P, models: StoredModel[], db: Db) => string)
  /** The format of the file that `exportDraws` writes, where it is not masks. */
  replays?: ReplayFormat

  /** Sessions for its conditions that change the model's graph; left out where none does. */
  sessions?: PlanSessions
  /** What those sessions would cost for conditions that lack facts; left out = one pass of the model for each image. */
  estimateSessions?(conditions: PlannedCondition[], context: EstimateContext): SessionEstimate
  work?: ConditionWork
  /** What it computes besides its conditions; nothing when left out. */
  extraWork?(params: P, context: WorkContext): ExtraWork[]
  /** In place of predictions under transforms and rewrites: must store per image and skip what is stored. */
  measure?(context: MeasureContext, params: P): Promise<void>
  /** Whether all is measured that `measure` keeps beside the facts; left out = nothing is. */
  complete?(params: P, context: ViewContext): boolean | Promise<boolean>
  /** The vectors that `measure` keeps of a model beside the facts; left out = none that stand for a number it shows. */
  kept?(params: P, model: StoredModel, context: ViewContext): Promise<Kept[]>

  view(grid: Grid, params: P, context: ViewContext): View | Promise<View>
  /** What is behind a point of a figure that is no condition, by the key in its `ref`; null where there is none. */
  point?(key: string, params: P, model: StoredModel, context: ViewContext): Promise<PointImages | null>
}
