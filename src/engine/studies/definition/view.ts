import type { DataTable, Interval, ReportedValue, StudyPoint } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import type { Condition, StudyImage } from '../../facts/index.ts'

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
  /** Its columns in the ranking of models; none when left out. */
  metrics?: Metric[]
  /** Which definitions, seeds and choices the numbers rest on. */
  notes: string[]
}

/** The axis along which the conditions of a study lie. */
export interface Axis<P> {
  /** E.g. "Dropped (%)". */
  title: string
  /** Place of a condition on it; null for one that has none. */
  of(params: Condition['params'], chosen: P): number | null
  /** A place in words, e.g. "50 %". */
  label(x: number, chosen: P): string
  /** Whether a condition is one of those that get harder along it, so that an image has a place where it first fails. */
  hardens?(params: Condition['params'], chosen: P): boolean
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
