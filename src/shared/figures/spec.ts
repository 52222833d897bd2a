import { z } from 'zod'

/** One axis. Fractions are kept as fractions in the data; `percent` only changes how ticks are written. */
export const axis = z.object({
  label: z.string(),
  unit: z.enum(['none', 'percent', 'pi', 'pixels']).default('none'),
  scale: z.enum(['linear', 'log', 'category']).default('linear'),
  categories: z.array(z.string()).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
})

/** A point of a series; `lo` and `hi` make a band or an error bar. `ref` leads from the point to what is behind it. */
const point = z.object({
  x: z.number(),
  y: z.number().nullable(),
  lo: z.number().optional(),
  hi: z.number().optional(),
  n: z.int().optional(),
  ref: z.string().optional(),
})

const series = z.object({
  id: z.string(),
  name: z.string(),
  /** Place in the palette; colour, dash and symbol follow from it. */
  slot: z.int().min(0),
  points: z.array(point),
  /** What `lo` and `hi` are, e.g. "min to max of 3 repeats". */
  bandLabel: z.string().optional(),
  /** reported: values printed in the paper, drawn hollow and dashed. */
  origin: z.enum(['measured', 'reported']).default('measured'),
  symbols: z.boolean().default(true),
  /**
   * What the series named `name` is held against, as "random sign": drawn thin and dotted in that series' colour, without
   * its band; all of one kind share an entry of the legend.
   */
  baseline: z.string().optional(),
})

const reference = z.object({ label: z.string(), axis: z.enum(['x', 'y']), value: z.number() })

/** A PNG, base64. */
const png = z
  .string()
  .max(12_000_000)
  .regex(/^iVBORw0KGgo[A-Za-z0-9+/]*={0,2}$/, 'not a PNG in base64')

/** What the cells of a heatmap were computed of: a photograph that they are laid over or stand beside. */
const photograph = z.object({
  png,
  layout: z.enum(['over', 'beside']),
  /** Of the cells over it. */
  opacity: z.number().min(0).max(1).default(0.6),
})

/** A figure as plain data: what is drawn, never how. Screen, SVG, PNG, PDF, table and CSV all come from it. */
export const figureSpec = z.object({
  id: z.string(),
  kind: z.enum(['lines', 'bars', 'scatter', 'heatmap']),
  title: z.string(),
  x: axis,
  y: axis,
  series: z.array(series),
  /** Horizontal or vertical lines with a name. */
  references: z.array(reference).default([]),
  /** Shaded ranges of x, e.g. stages. */
  spans: z.array(z.object({ label: z.string(), from: z.number(), to: z.number() })).default([]),
  /** Only for heatmaps: row-major values, `null` where there is none. */
  cells: z
    .object({
      rows: z.array(z.string()),
      columns: z.array(z.string()),
      values: z.array(z.number().nullable()),
      map: z.enum(['sequential', 'diverging']),
      label: z.string(),
      /** Ends of the colours; those of the values when left out. Values beyond have the colour of the end. */
      range: z.object({ min: z.number(), max: z.number() }).optional(),
      photograph: photograph.optional(),
      /** Photographs in the place of cells that have no value: their first row and column, and how many they cover. */
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
  /** Definitions, n, seeds: printed under the figure and in its caption. */
  notes: z.array(z.string()).default([]),
  /** One sentence that says what is to be seen, for those who do not see it. */
  alt: z.string(),
})

export type Axis = z.infer<typeof axis>
export type Point = z.infer<typeof point>
export type Series = z.infer<typeof series>
export type Photograph = z.infer<typeof photograph>
export type FigureSpec = z.infer<typeof figureSpec>
