import { z } from 'zod'
import { sequentialMaps } from '../../colour/list.ts'
import { figureSpec, intervalChoice } from '../spec.ts'

/** Version of the JSON form of a composed figure. A file with a greater version comes from a newer Kernelscope. */
export const compositionVersion = 1

/** Label of a series, category or line, and palette slot of a series, in every figure of a paper. */
const seriesName = z.object({
  /** Its name in its study. */
  series: z.string(),
  /** Its label in the figure; by default its name. */
  label: z.string().max(200).optional(),
  slot: z.int().min(0).max(63).optional(),
})

/** The style that the figures of one paper share, stored under a name. Lengths are in points. */
export const figureStyle = z.object({
  typeface: z.enum(['sans', 'serif']).default('serif'),
  fontSize: z.number().min(4).max(36).default(8),
  lineWidth: z.number().min(0.2).max(6).default(1.1),
  symbolSize: z.number().min(0).max(20).default(4.5),
  palette: z.enum(['colour', 'grey']).default('colour'),
  /** Second mark beside the colour. */
  marks: z.enum(['both', 'dash', 'symbol']).default('both'),
  sequential: z.enum(sequentialMaps).default(sequentialMaps[0]),
  gridLines: z.boolean().default(true),
  /** Form of the panels' letters. */
  letters: z.enum(['(a)', 'a', '(A)', 'A', 'none']).default('(a)'),
  /** Where letter and title of a panel stand. */
  captions: z.enum(['above', 'below']).default('above'),
  /** One legend for the series that several panels show, or one in each panel. */
  legend: z.enum(['shared-top', 'shared-bottom', 'panels']).default('shared-top'),
  names: z.array(seriesName).max(256).default([]),
})

/** Where the data of a panel come from. `data` holds them itself. */
const panelSource = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('study'),
    /** Id or title. */
    study: z.union([z.int().positive(), z.string().min(1)]),
    /** Id of a figure of its result. */
    figure: z.string().min(1),
  }),
  z.object({
    kind: z.literal('kernels'),
    /** Id or title. */
    model: z.union([z.int().positive(), z.string().min(1)]),
    show: z.discriminatedUnion('as', [
      /** Sorted attention distances of layers (by default all layers). */
      z.object({
        as: z.literal('distance'),
        layers: z.array(z.int().min(0)).optional(),
        definition: z.enum(['normalised', 'published']).default('normalised'),
      }),
      /** The kernels of one layer side by side, by ascending distance or in channel order. */
      z.object({
        as: z.literal('sheet'),
        layer: z.int().min(0),
        channels: z.int().min(1).max(1024).default(64),
        order: z.enum(['channel', 'distance']).default('channel'),
        /**
         * kernel: each kernel is scaled by its own largest weight, so that weak ones are visible; layer: one scale for
         * all.
         */
        scale: z.enum(['kernel', 'layer']).default('kernel'),
      }),
    ]),
  }),
  z.object({ kind: z.literal('data'), spec: figureSpec }),
])

/** An author's changes to an axis. What is left out stays as in the study. Limits are in the unit of the data. */
const axisStyle = z.object({
  label: z.string().max(200).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  step: z.number().positive().optional(),
  scale: z.enum(['linear', 'log']).optional(),
})

/** As `LegendPlace`. */
const legendPlace = z.enum([
  'auto',
  'ends',
  'none',
  'top',
  'bottom',
  'right',
  'top-left',
  'top-right',
  'bottom-left',
  'bottom-right',
])

const panel = z.object({
  /** Unique in its figure. */
  id: z.string().min(1).max(40),
  source: panelSource,
  /** Number of columns of the grid that it spans. */
  columns: z.int().min(1).max(6).default(1),
  /** Height over width; null for the natural ratio of the kind of figure. */
  ratio: z.number().min(0.1).max(4).nullable().default(null),
  /** null: the title in the study; empty: no title. */
  title: z.string().max(300).nullable().default(null),
  x: axisStyle.default({}),
  y: axisStyle.default({}),
  /** Place of its legend, which names the series that the legend of the whole figure does not. */
  legend: legendPlace.default('auto'),
  ranges: z.enum(['bands', 'bars', 'none']).default('bands'),
  /** Ranges of points whose images are not all measured; by default as the source says. */
  intervals: intervalChoice.optional(),
  /** Id of the series that has its band among many; null for the first. */
  chosen: z.string().nullable().default(null),
  references: z.boolean().default(true),
  spans: z.boolean().default(true),
  /** Shows values that the paper prints. */
  reported: z.boolean().default(true),
  /** Ids of series that are left out. */
  hidden: z.array(z.string()).default([]),
})

const page = z.object({
  /** Id of a venue, or "free" for a width without a venue. */
  venue: z.string().default('icml'),
  /** Width at the venue: a column, the text block, or a share of the text block. */
  span: z.union([z.enum(['column', 'text']), z.number().gt(0).max(1)]).default('text'),
  /** Width in inches, where the venue is "free". */
  width: z.number().min(1).max(20).default(6.75),
  /** Height in inches; null for the height that the panels need. */
  height: z.number().min(0.5).max(30).nullable().default(null),
  /** Panels side by side. */
  columns: z.int().min(1).max(6).default(2),
  /** Gap between panels in points. */
  gap: z.number().min(0).max(72).default(8),
})

/** A figure of one or more panels as an author sets it. With panels of the kind `data` only, it needs no workspace. */
export const composition = z.object({
  kernelscopeFigure: z.literal(compositionVersion),
  title: z.string().trim().min(1).max(200),
  page,
  /** Name of the stored style that the figure follows; null for none. */
  styleName: z.string().nullable().default(null),
  style: figureStyle,
  panels: z.array(panel).max(24),
})

export type SeriesName = z.infer<typeof seriesName>
export type FigureStyle = z.infer<typeof figureStyle>
export type PanelSource = z.infer<typeof panelSource>
export type AxisStyle = z.infer<typeof axisStyle>
export type Panel = z.infer<typeof panel>
export type Page = z.infer<typeof page>
export type Composition = z.infer<typeof composition>

/** A new figure without panels, with the default style. */
export const emptyComposition = (title: string): Composition => ({
  kernelscopeFigure: compositionVersion,
  title,
  page: page.parse({}),
  styleName: null,
  style: figureStyle.parse({}),
  panels: [],
})

/** A panel of a source with default settings: everything as in its study. */
export const newPanel = (id: string, source: PanelSource): Panel => panel.parse({ id, source })
