import { oc } from '@orpc/contract'
import { z } from 'zod'
import { composition, figureStyle } from '../figures/compose/composition.ts'
import { axis } from '../figures/spec.ts'
import { byId, errorShape, id, ok, removed } from './common.ts'
import { figureFormat, written } from './figures.ts'

const box = z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() })

export const storedComposition = z.object({
  id,
  composition,
  /** Grows with every save. It is part of the address of the preview. */
  revision: z.int(),
  changedAt: z.int(),
})

/** What the sources of a composed figure determine. The form and the marks over the preview need it. */
const composedState = z.object({
  /** In inches. */
  width: z.number(),
  height: z.number(),
  panels: z.array(
    z.object({
      id: z.string(),
      letter: z.string(),
      /** The title that the panel has in its study. */
      title: z.string(),
      kind: z.enum(['lines', 'bars', 'scatter', 'heatmap']),
      x: axis,
      y: axis,
      series: z.array(z.object({ id: z.string(), name: z.string(), label: z.string(), slot: z.int() })),
      /** Its other texts that can have other names: categories, reference lines, shaded ranges. */
      texts: z.array(z.string()),
      /** Which of these the source has at all, so that the form can offer to show them. */
      has: z.object({
        ranges: z.boolean(),
        /** Points whose images are not all measured, with a confidence sequence. */
        sequences: z.boolean(),
        references: z.boolean(),
        spans: z.boolean(),
        reported: z.boolean(),
      }),
      /**
       * The plot with its letter and title, in inches from the top left of the figure; null where the source is
       * missing.
       */
      box: box.nullable(),
      problem: errorShape.nullable(),
    }),
  ),
  caption: z.string(),
  /** Data, seeds, models and versions behind the figure. */
  provenance: z.array(z.string()),
})

const exportOptions = {
  formats: z.array(figureFormat).min(1),
  directory: z.string().optional(),
  dpi: z.int().min(36).max(1200).default(300),
}

export const compositions = {
  /** Sorted by the time of the last change, newest first. */
  list: oc.output(
    z.array(
      z.object({
        id,
        title: z.string(),
        panels: z.int(),
        venue: z.string(),
        styleName: z.string().nullable(),
        revision: z.int(),
        changedAt: z.int(),
      }),
    ),
  ),
  get: oc.input(byId).output(storedComposition),
  create: oc.input(z.object({ composition })).output(storedComposition),
  save: oc.input(z.object({ id, composition })).output(storedComposition),
  remove: oc.input(byId).output(removed),
  /** The state of a composition, stored or not. */
  state: oc.input(z.object({ composition })).output(composedState),
  /** Writes a composed figure, stored or given as a whole, as `<title>.<format>`. */
  export: oc
    .input(z.object({ figure: z.union([byId, z.object({ composition })]), ...exportOptions }))
    .output(written),
  styles: oc.output(z.array(z.object({ name: z.string(), style: figureStyle, figures: z.int() }))),
  /** Stores a style under a name and applies it to every figure that follows that name. */
  saveStyle: oc
    .input(z.object({ name: z.string().trim().min(1).max(100), style: figureStyle }))
    .output(z.object({ figures: z.int() })),
  /** Figures that followed the style keep its values. */
  removeStyle: oc.input(z.object({ name: z.string() })).output(ok),
}

export type StoredComposition = z.infer<typeof storedComposition>
export type ComposedState = z.infer<typeof composedState>
