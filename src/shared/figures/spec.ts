import { z } from 'zod'

/**
 * One axis. Fractions stay fractions in the data; `percent`, and `points` for differences of fractions, only change how
 * ticks are written.
 */
export const axis = z.object({
  label: z.string(),
  unit: z.enum(['none', 'percent', 'points', 'pi', 'pixels']).default('none'),
  scale: z.enum(['linear', 'log', 'category']).default('linear'),
  categories: z.array(z.string()).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
})

/**
 * A point of a series. `lo` and `hi` make a band or an error bar. `ref` names the cell or images that the point stands
 * for. `of` and `draws` are there only where the point stands on less than was planned.
 */
const point = z.object({
  x: z.number(),
  y: z.number().nullable(),
  lo: z.number().optional(),
  hi: z.number().optional(),
  /** Number of images. */
  n: z.int().optional(),
  /** Number of images that are planned, where some are not measured yet. */
  of: z.int().optional(),
  /** Random draws that the point is a mean of, and how many are planned, where some are not measured yet. */
  draws: z.object({ n: z.int(), of: z.int() }).optional(),
  /**
   * What is known of the value over all images that are planned, where some are not measured yet: a confidence
   * sequence.
   */
  all: z.object({ lo: z.number(), hi: z.number() }).optional(),
  /** What `lo` and `hi` are at this point, where that differs from the `bandLabel` of its series. */
  rangeLabel: z.string().optional(),
  ref: z.string().optional(),
})

const series = z.object({
  id: z.string(),
  name: z.string(),
  /** Index in the palette. It determines colour, dash and symbol. */
  slot: z.int().min(0),
  points: z.array(point),
  /** What `lo` and `hi` are, e.g. "min to max of 3 repeats". */
  bandLabel: z.string().optional(),
  /** reported: values printed in the paper, drawn hollow and dashed. */
  origin: z.enum(['measured', 'reported']).default('measured'),
  symbols: z.boolean().default(true),
  /**
   * Makes the series the baseline of the series named `name`, e.g. "random sign". It is drawn thin and dotted in the
   * colour of that series, without its band. Baselines of one kind share a legend entry.
   */
  baseline: z.string().optional(),
})

/**
 * What is drawn as the range of a point that has `all`. sequence: what is known of all images, which may be looked at at
 * any time; complete: `lo` and `hi`, as when all images are measured.
 */
export const intervalChoice = z.enum(['sequence', 'complete'])

const reference = z.object({ label: z.string(), axis: z.enum(['x', 'y']), value: z.number() })

/** A PNG in base64. */
const png = z
  .string()
  .max(12_000_000)
  .regex(/^iVBORw0KGgo[A-Za-z0-9+/]*={0,2}$/, 'not a PNG in base64')

/** The image that the cells of a heatmap belong to. The cells lie over it or stand beside it. */
const photograph = z.object({
  png,
  layout: z.enum(['over', 'beside']),
  /** Opacity of the cells over the photograph, 0 to 1. */
  opacity: z.number().min(0).max(1).default(0.6),
})

/**
 * A figure as plain data: what it shows, not how it is drawn. Screen, SVG, PNG, PDF, table and CSV are all made from
 * it.
 */
export const figureSpec = z.object({
  id: z.string(),
  kind: z.enum(['lines', 'bars', 'scatter', 'heatmap']),
  title: z.string(),
  x: axis,
  y: axis,
  series: z.array(series),
  /** Ranges of unfinished points; by default `sequence`. */
  intervals: intervalChoice.optional(),
  /** Horizontal or vertical lines with names. */
  references: z.array(reference).default([]),
  /** Shaded ranges of x, e.g. stages. */
  spans: z.array(z.object({ label: z.string(), from: z.number(), to: z.number() })).default([]),
  /** Only for heatmaps: row-major values, `null` where a cell has none. */
  cells: z
    .object({
      rows: z.array(z.string()),
      columns: z.array(z.string()),
      values: z.array(z.number().nullable()),
      map: z.enum(['sequential', 'diverging']),
      label: z.string(),
      /** How values are written. Shares stay shares in the data. */
      unit: z.enum(['none', 'percent']).optional(),
      /** Draws every cell as a square, e.g. of a confusion matrix. */
      square: z.boolean().optional(),
      /** Ends of the colour map; by default those of the values. Values beyond an end have its colour. */
      range: z.object({ min: z.number(), max: z.number() }).optional(),
      photograph: photograph.optional(),
      /**
       * Photographs in the place of cells without a value: their first row and column, and how many rows and columns
       * they cover.
       */
      pictures: z
        .array(
          z.object({
            row: z.int().min(0),
            column: z.int().min(0),
            rows: z.int().min(1),
            columns: z.int().min(1),
            png,
          }),
        )
        .max(256)
        .optional(),
    })
    .optional(),
  /** Definitions, n and seeds. They stand under the figure and in its caption. */
  notes: z.array(z.string()).default([]),
  /** One sentence that says what the figure shows, for readers who do not see it. */
  alt: z.string(),
})

export type Axis = z.infer<typeof axis>
export type Point = z.infer<typeof point>
export type IntervalChoice = z.infer<typeof intervalChoice>
export type Series = z.infer<typeof series>
export type Photograph = z.infer<typeof photograph>
export type FigureSpec = z.infer<typeof figureSpec>
