import { z } from 'zod'
import { sequentialMaps } from '../../colour/list.ts'
import { figureSpec } from '../spec.ts'

/** Version of the written form of a composed figure; a file with a greater one comes from a newer Kernelscope. */
export const compositionVersion = 1

/** What a series is called, and its place in the palette, in every figure of a paper. */
const seriesName = z.object({
  /** Name of the series in its study. */
  series: z.string(),
  /** Its name in the figure; the same when left out. */
  label: z.string().max(200).optional(),
  slot: z.int().min(0).max(63).optional(),
})

/** How the figures of one paper plotStyle: kept by a name and used for all of them. Lengths in points. */
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
  /** How panels are named. */
  letters: z.enum(['(a)', 'a', '(A)', 'A', 'none']).default('(a)'),
  /** Where letter and title of a panel stand. */
  captions: z.enum(['above', 'below']).default('above'),
  /** One legend for the whole figure, or one in each panel. */
  legend: z.enum(['shared-top', 'shared-bottom', 'panels']).default('shared-top'),
  names: z.array(seriesName).max(64).default([]),
})

/** Where a panel's data come from; `data` carries them along. */
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
      /** Sorted attention distances of layers (all when left out). */
      z.object({
        as: z.literal('distance'),
        layers: z.array(z.int().min(0)).optional(),
        definition: z.enum(['normalised', 'published']).default('normalised'),
      }),
      /** The kernels of one layer side by side, nearest first or in their order. */
      z.object({
        as: z.literal('sheet'),
        layer: z.int().min(0),
        channels: z.int().min(1).max(1024).default(64),
        order: z.enum(['channel', 'distance']).default('channel'),
        /** kernel: each by its own largest weight, so that faint ones are seen; layer: one scale for all. */
        scale: z.enum(['kernel', 'layer']).default('kernel'),
      }),
    ]),
  }),
  z.object({ kind: z.literal('data'), spec: figureSpec }),
])

/** What an author changes on an axis; what is left out stays as the study has it. Limits in the unit of the data. */
const axisStyle = z.object({
  label: z.string().max(200).optional(),
  min: z.number().optional(),
  max: z.number().optional(),
  step: z.number().positive().optional(),
  scale: z.enum(['linear', 'log']).optional(),
})

const legendPlace = z.enum([
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
  /** Columns of the grid that it takes. */
  columns: z.int().min(1).max(6).default(1),
  /** Height over width; from the kind of figure when null. */
  ratio: z.number().min(0.1).max(4).nullable().default(null),
  /** null: as the study has it; empty: none. */
  title: z.string().max(300).nullable().default(null),
  x: axisStyle.default({}),
  y: axisStyle.default({}),
  /** Where the style has a legend in each panel. */
  legend: legendPlace.default('top'),
  ranges: z.enum(['bands', 'bars', 'none']).default('bands'),
  references: z.boolean().default(true),
  spans: z.boolean().default(true),
  /** Values read in the paper. */
  reported: z.boolean().default(true),
  /** Ids of series that are left out. */
  hidden: z.array(z.string()).default([]),
})

const page = z.object({
  /** Id of a venue, or "free" for a width of one's own. */
  venue: z.string().default('icml'),
  /** Of the venue: a column, the text block, or a share of it. */
  span: z.union([z.enum(['column', 'text']), z.number().gt(0).max(1)]).default('text'),
  /** In inches, where the venue is "free". */
  width: z.number().min(1).max(20).default(6.75),
  /** In inches; from the panels when null. */
  height: z.number().min(0.5).max(30).nullable().default(null),
  /** Panels side by side. */
  columns: z.int().min(1).max(6).default(2),
  /** Between panels, in points. */
  gap: z.number().min(0).max(72).default(8),
})

/**
 * A figure of one or more panels as an author sets it. The same value with panels of the kind `data` stands for itself:
 * it needs no workspace.
 */
export const composition = z.object({
  kernelscopeFigure: z.literal(compositionVersion),
  title: z.string().trim().min(1).max(200),
  page,
  /** The stored style that this one follows; null for none. */
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

/** A new figure without panels, set as the style's defaults say. */
export const emptyComposition = (title: string): Composition => ({
  kernelscopeFigure: compositionVersion,
  title,
  page: page.parse({}),
  styleName: null,
  style: figureStyle.parse({}),
  panels: [],
})

/** A panel of a source, with everything as its study has it. */
export const newPanel = (id: string, source: PanelSource): Panel => panel.parse({ id, source })
