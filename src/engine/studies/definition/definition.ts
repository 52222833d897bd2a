import type { z } from 'zod'
import type {
  Dataset,
  DataTable,
  Definition,
  Interval,
  ReportedValue,
  Settings,
  StudyPoint,
} from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import type { ImagePool } from '../../images/index.ts'
import type { JobContext } from '../../jobs/index.ts'
import type { Log } from '../../base/log.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db, Workspace } from '../../workspace/index.ts'
import type { Grid } from '../summary/grid.ts'
import type { Tracker } from './progress.ts'
import type {
  Condition,
  ImageSource,
  PlannedCondition,
  StoredCondition,
  StudyImage,
} from '../../facts/index.ts'

/** What settling a study's parameters may look at. */
export interface SettleRoom extends Omit<ConditionRoom, 'models'> {
  signal?: AbortSignal | undefined
}

/** What a study's conditions may depend on besides its parameters and the model. */
export interface ConditionRoom {
  db: Db
  dataset: Dataset
  /** All models of the study. */
  models: readonly StoredModel[]
}

export interface Preset<P> {
  id: string
  title: string
  description: string
  params: Partial<P>
}

/** A number that stands for a model in a ranking. */
export interface Metric {
  /** The same in every study of the kind, e.g. "imagenet-c.mce". */
  key: string
  title: string
  unit: 'fraction' | 'number'
  better: 'higher' | 'lower'
  modelId: number
  value: number | null
  interval: Interval | null
  n: number
}

/** What a study shows of its grid: tables and figures as data, and the words under them. */
export interface View {
  tables: DataTable[]
  figures: FigureSpec[]
  reported: ReportedValue[]
  /** What it gives to the ranking of models. */
  metrics?: Metric[]
  /** Which definitions, seeds and choices the numbers rest on. */
  notes: string[]
}

/** How images are computed where it is not one forward pass for each condition. */
export interface ConditionWork {
  /** Equal for conditions that are computed together; null for one that is an ordinary forward pass. */
  together(stored: PlannedCondition): string | null
  /** What one image costs under conditions that are computed together, in forward passes of the model. */
  forwards(conditions: readonly PlannedCondition[]): number
}

/** What may be looked at to tell what else a study computes. */
export interface WorkRoom extends ConditionRoom {
  /** Images the study is about. */
  images: number
  /** Images that are settled for a model: of the condition with most facts, the first aside; all after a whole run of a study without conditions. */
  settled(model: StoredModel): number
}

/** Images that are computed for no condition of a model of the study, e.g. for saliency. */
export interface ExtraWork {
  model: StoredModel
  images: number
  /** How many of them are there already. */
  stored: number
  /** What one image costs, in forward passes of the model. */
  forwards: number
}

/** Everything a study's own way of measuring may use, for one model. */
export interface MeasureRoom {
  workspace: Workspace
  pool: ImagePool
  settings: Settings
  log: Log
  model: StoredModel
  source: ImageSource
  /** All models of the study. */
  models: readonly StoredModel[]
  /** The conditions of this model, interned. */
  conditions: StoredCondition[]
  params: Record<string, unknown>
  context: Omit<JobContext, 'job'>
  progress: Tracker
}

/** A point of a figure that comes of many images. */
export interface PointImages extends StudyPoint {
  /** Those it was computed over, each with its own value at the point; null where none is kept. */
  images: { id: number; value: number | null }[]
}

/** Vectors a study keeps of images beside its facts, under one key of a model. */
export interface Kept {
  rewrite: Rewrite
  images: StudyImage[]
  /** One vector was made of all of them and is kept under the first; else each has its own. */
  together: boolean
}

/** What a view may look at besides the grid. */
export interface ViewRoom {
  workspace: Workspace
  models: StoredModel[]
  source: ImageSource
}

/**
 * A study as a declaration. Its form, command-line options, cache, resume and page all come from here; a new study is a
 * folder with one of these and a line in the registry.
 */
export interface StudyDefinition<Schema extends z.ZodObject = z.ZodObject> {
  id: string
  title: string
  /** Section of the paper, e.g. "4.1". */
  section: string
  description: string
  params: Schema
  presets: Preset<z.output<Schema>>[]
  definitions: Definition[]
  /** Images per group in dataset order, where conditions are drawn per group; null (or left out) where they are not. */
  groupSize?(params: z.output<Schema>): number | null
  /** The first condition is the baseline that others are compared with. Empty where nothing is measured on images. */
  conditions(params: z.output<Schema>, model: StoredModel, room: ConditionRoom): Condition[]
  /** Settles parameters that depend on the workspace when a study is stored, or says why it cannot be. */
  settle?(params: z.output<Schema>, room: SettleRoom): z.output<Schema> | Promise<z.output<Schema>>
  /** Datasets besides the study's own whose images it looks at. */
  otherDatasets?(params: z.output<Schema>): number[]
  /** Its view looks at the models' files alone: no images, nothing stored. */
  fromWeights?: true
  /** False where a model need not know the classes of the dataset. */
  needsLabels?: boolean
  /** Name of the axis along which conditions get harder, e.g. "patches dropped in per cent". */
  severity?: string
  /** Place of a condition on that axis; null for one that has none. */
  severityOf?(params: Condition['params'], chosen: z.output<Schema>): number | null
  /** Its random draws as a file that can be replayed: its masks of patches, or as it writes them; left out = none. */
  exportDraws?: 'masks' | ((params: z.output<Schema>, models: StoredModel[], db: Db) => string)
  work?: ConditionWork
  /** What it computes besides its conditions; nothing when left out. */
  extraWork?(params: z.output<Schema>, room: WorkRoom): ExtraWork[]
  /** In place of predictions under transforms and rewrites: must store per image and skip what is stored. */
  measure?(room: MeasureRoom, params: z.output<Schema>): Promise<void>
  /** Whether all is measured that `measure` keeps beside the facts; left out = nothing is. */
  complete?(params: z.output<Schema>, room: ViewRoom): boolean | Promise<boolean>
  /** The vectors that `measure` keeps of a model beside the facts; left out = none that stand for a number it shows. */
  kept?(params: z.output<Schema>, model: StoredModel, room: ViewRoom): Promise<Kept[]>
  view(grid: Grid, params: z.output<Schema>, room: ViewRoom): View | Promise<View>
  /** What is behind a point of a figure that is no condition, by the key in its `ref`; null where there is none. */
  point?(
    key: string,
    params: z.output<Schema>,
    model: StoredModel,
    room: ViewRoom,
  ): Promise<PointImages | null>
}

/** Keeps the parameter type inside a definition while the registry holds them all as one type. */
export function defineStudy<Schema extends z.ZodObject>(
  definition: StudyDefinition<Schema>,
): StudyDefinition {
  const {
    groupSize,
    measure,
    settle,
    otherDatasets,
    complete,
    severityOf,
    exportDraws,
    extraWork,
    point,
    kept,
  } = definition
  const schema = definition.params
  return {
    ...definition,
    groupSize: (params) => groupSize?.(schema.parse(params)) ?? null,
    conditions: (params, model, room) => definition.conditions(schema.parse(params), model, room),
    settle: (params, room) => settle?.(schema.parse(params), room) ?? params,
    extraWork: (params, room) => extraWork?.(schema.parse(params), room) ?? [],
    otherDatasets: (params) => otherDatasets?.(schema.parse(params)) ?? [],
    complete: (params, room) => complete?.(schema.parse(params), room) ?? true,
    view: (grid, params, room) => definition.view(grid, schema.parse(params), room),
    severityOf: (params, chosen) => severityOf?.(params, schema.parse(chosen)) ?? null,
    ...(typeof exportDraws === 'function'
      ? {
          exportDraws: (params: unknown, models: StoredModel[], db: Db) =>
            exportDraws(schema.parse(params), models, db),
        }
      : {}),
    ...(kept
      ? {
          kept: (params: unknown, model: StoredModel, room: ViewRoom) =>
            kept(schema.parse(params), model, room),
        }
      : {}),
    ...(point
      ? {
          point: (key: string, params: unknown, model: StoredModel, room: ViewRoom) =>
            point(key, schema.parse(params), model, room),
        }
      : {}),
    ...(measure
      ? { measure: (room: MeasureRoom, params: unknown) => measure(room, schema.parse(params)) }
      : {}),
  } as StudyDefinition
}
