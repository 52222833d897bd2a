import { oc } from '@orpc/contract'
import { z } from 'zod'
import { figureFormatIds } from '../figures/figureFormats.ts'
import { figureSpec, intervalChoice } from '../figures/spec.ts'
import { tableFormatIds } from '../figures/tableFormats/index.ts'
import { id } from './common.ts'

/** csv and json hold the data of the figure; txt and tex hold a draft of its caption. */
export const figureFormat = z.enum(figureFormatIds)

export const tableFormat = z.enum(tableFormatIds)

/** How a figure is set. The presets of venues (`#shared/figures/venues.ts`) are values of these options. */
const setting = {
  /** Height in inches; by default it follows from the width and the kind of figure. */
  height: z.number().min(0.5).max(30).optional(),
  /** In points. */
  fontSize: z.number().min(4).max(36).optional(),
  typeface: z.enum(['sans', 'serif']).optional(),
  /** Draws the title inside the figure. */
  title: z.boolean().optional(),
  /** Ranges of unfinished points; by default as the figure says. */
  intervals: intervalChoice.optional(),
}

export const written = z.object({ files: z.array(z.object({ path: z.string(), bytes: z.int() })) })

export const figureExport = z.object({
  formats: z.array(figureFormat).min(1),
  /** The default is the workspace's exports folder. */
  directory: z.string().optional(),
  /** Width of the figure in inches. */
  width: z.number().min(1).max(20).default(6.75),
  dpi: z.int().min(36).max(1200).default(300),
  ...setting,
})

export const figures = {
  /** Writes figures of a study into a folder (by default the workspace's exports folder) and returns the files. */
  export: oc
    .input(
      z.object({
        studyId: id,
        /** Ids of figures in the study's result; by default all. */
        figureIds: z.array(z.string()).optional(),
        formats: z.array(figureFormat).min(1),
        directory: z.string().optional(),
        /** Width of the figure in inches. */
        width: z.number().min(1).max(20).default(6.75),
        dpi: z.int().min(36).max(1200).default(300),
        ...setting,
      }),
    )
    .output(written),
  /**
   * Writes tables of a study, ready for a paper: LaTeX (booktabs, siunitx), Markdown, CSV or JSON. LaTeX has models x
   * conditions where a table has them, and its provenance in a file beside it.
   */
  exportTables: oc
    .input(
      z.object({
        studyId: id,
        /** Ids of tables in the study's result; by default all. */
        tableIds: z.array(z.string()).optional(),
        formats: z.array(tableFormat).min(1),
        /** LaTeX with every column, also of tables with models x conditions. */
        long: z.boolean().default(false),
        directory: z.string().optional(),
      }),
    )
    .output(written),
  /** Writes a figure that does not belong to a study. */
  exportSpec: oc.input(figureExport.extend({ spec: figureSpec })).output(written),
  /** Kernel attention distance curves of one model's layers, as a figure with its data. */
  exportKernels: oc
    .input(
      z.object({
        modelId: id,
        layers: z.array(z.int()).optional(),
        definition: z.enum(['normalised', 'published']).default('normalised'),
        form: z.enum(['raw', 'merged']).default('raw'),
        formats: z.array(figureFormat).min(1),
        directory: z.string().optional(),
        width: z.number().min(1).max(20).default(3.25),
        dpi: z.int().min(36).max(1200).default(300),
        ...setting,
      }),
    )
    .output(written),
}

export type FigureFormat = z.infer<typeof figureFormat>
export type TableFormat = z.infer<typeof tableFormat>
