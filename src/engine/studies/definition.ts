import type { z } from 'zod'
import type { DataTable, Definition, ReportedValue } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Transform } from '#shared/transforms/index.ts'
import type { Grid } from './grid.ts'

/** One column of the grid models x conditions. */
export interface Condition {
  /** Stable and readable inside a study, e.g. "percent=50,repeat=0". */
  key: string
  params: Record<string, number | string | boolean>
  /** What is done to the images of a group. Ungrouped studies have the one group 0. */
  transform(group: number): Transform
}

export interface Preset<P> {
  id: string
  title: string
  description: string
  params: Partial<P>
}

/** What a study shows of its grid: tables and figures as data, and the words under them. */
export interface View {
  tables: DataTable[]
  figures: FigureSpec[]
  reported: ReportedValue[]
  /** Which definitions, seeds and choices the numbers rest on. */
  notes: string[]
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
  /** Images per group in dataset order, where conditions are drawn per group; null where they are not. */
  groupSize(params: z.output<Schema>): number | null
  /** The first condition is the baseline that others are compared with. */
  conditions(params: z.output<Schema>): Condition[]
  view(grid: Grid, params: z.output<Schema>): View
}

/** Keeps the parameter type inside a definition while the registry holds them all as one type. */
export function defineStudy<Schema extends z.ZodObject>(definition: StudyDefinition<Schema>): StudyDefinition {
  return {
    ...definition,
    groupSize: (params) => definition.groupSize(definition.params.parse(params)),
    conditions: (params) => definition.conditions(definition.params.parse(params)),
    view: (grid, params) => definition.view(grid, definition.params.parse(params)),
  }
}
