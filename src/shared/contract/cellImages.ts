import { z } from 'zod'
import { axis } from '../figures/spec.ts'
import { id } from './common.ts'
import { imageRow } from './datasets.ts'

/**
 * lost, gained, both: those whose outcome differs from the study's baseline. mistakes: wrong ones, most confident first. mostConfident,
 * leastConfident: all by confidence. Of a point that comes of many images and is no condition: largest, smallest, all by their
 * own value at the point, those that have none at the end.
 */
const cellOrder = z.enum([
  'lost',
  'gained',
  'both',
  'mistakes',
  'mostConfident',
  'leastConfident',
  'largest',
  'smallest',
])

/** What stands behind a point of a figure that comes of many images and is no condition. */
const studyPoint = z.object({
  /** E.g. "Layer 3, head 2". */
  title: z.string(),
  /** Unit of the values. */
  unit: axis.shape.unit.unwrap(),
  /** How the point comes of the values, where it is not their mean, or why there are none; null where it is their mean. */
  note: z.string().nullable(),
})

/** `value`: its own at a point; null without one, and of a cell of predictions. */
const cellImage = imageRow.extend({ value: z.number().nullable() })

export const cellImagesInput = z.object({
  id,
  modelId: id,
  /** Of a condition, or of a point, as figures name it behind the model's id in `ref`. */
  key: z.string(),
  direction: cellOrder.default('lost'),
  /** The last image of the page before. */
  after: id.nullable().default(null),
  limit: z.int().min(1).max(1000).default(200),
})

/** `compared` are the images the baseline was measured on too; `point` is null of a cell of predictions. */
export const cellImages = z.object({
  rows: z.array(cellImage),
  next: id.nullable(),
  total: z.int(),
  compared: z.int(),
  point: studyPoint.nullable(),
})

export type CellOrder = z.infer<typeof cellOrder>
export type StudyPoint = z.infer<typeof studyPoint>
export type CellImage = z.infer<typeof cellImage>
export type CellImages = z.infer<typeof cellImages>
export type CellImagesInput = z.infer<typeof cellImagesInput>
