import type { DataTable, Interval, KeyNumber, ReportedValue, StudyPoint } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import type { Condition, StudyImage } from '../../facts/index.ts'

/** A number of one model that the ranking shows. */
export interface Metric {
  /** The same in every study of the kind, e.g. "imagenet-c.mce". */
  key: string
  title: string
  /** points: a difference of fractions. */
  unit: 'fraction' | 'points' | 'number'
  better: 'higher' | 'lower'
  modelId: number
  value: number | null
  interval: Interval | null
  n: number
  /** The condition it was measured under, in words; left out where it is over many. */
  condition?: string
  /** The key of the condition whose top-1 it is; left out where it is something else. */
  cell?: string
  /** Whether it lies on the line between two conditions that were measured. `condition` names them. */
  interpolated?: boolean
}

/** What a study shows of its grid: tables, figures and notes. */
export interface View {
  tables: DataTable[]
  figures: FigureSpec[]
  reported: ReportedValue[]
  /** Its columns in the ranking of models; left out = none. */
  metrics?: Metric[]
  /** The number that stands for the study in a list; left out = its first metric. null: nothing of it was measured. */
  key?: KeyNumber | null
  /** The definitions, seeds and choices that the numbers rest on. */
  notes: string[]
}

/** The axis along which the conditions of a study lie. */
export interface Axis<P> {
  /** Its title under the chosen parameters, e.g. "Dropped (%)". */
  title(chosen: P): string
  /** The position of a condition on the axis; null where it has none. */
  of(params: Condition['params'], chosen: P): number | null
  /** A position in words, e.g. "50 %". */
  label(x: number, chosen: P): string
  /**
   * Whether the condition gets harder along the axis, so that an image has a position where it first fails.
   */
  hardens?(params: Condition['params'], chosen: P): boolean
}

/** A point of a figure that was computed over several images. */
export interface PointImages extends StudyPoint {
  /** The images it was computed over, each with its own value at the point; null where none is stored. */
  images: { id: number; value: number | null }[]
}

/** The vectors a study stores of images besides facts, under one key of a model. */
export interface KeptVectors {
  rewrite: Rewrite
  images: StudyImage[]
  /**
   * Whether one vector was computed over all of them and is stored under the first; else each has its own.
   */
  together: boolean
  /** Each is a picture as a PNG, which a figure shows, and no vector. */
  pictures?: true
}
