import { z } from 'zod'
import { axis } from '../figures/spec.ts'
import { conditionKey, id } from './common.ts'
import { imageRow } from './datasets.ts'

/**
 * Which images behind a cell are listed, and in which order.
 * lost, gained, both: images whose outcome differs from the study's baseline.
 * mistakes: wrong images, the most confident first.
 * mostConfident, leastConfident: all images, by confidence.
 * largest, smallest: all images behind a point that is not a condition, by their value at the point; images without a
 * value come last.
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

/** A point of a figure that summarises many images and is not a condition. */
const studyPoint = z.object({
  /** E.g. "Layer 3, head 2". */
  title: z.string(),
  /** Unit of the values. */
  unit: axis.shape.unit.unwrap(),
  /** How the point follows from the values of its images, or why they have none; null where it is their mean. */
  note: z.string().nullable(),
})

/** `value` is the image's value at a point; null where the image has none, and for a cell of predictions. */
const cellImage = imageRow.extend({ value: z.number().nullable() })

export const cellImagesInput = z.object({
  id,
  modelId: id,
  /** Key of a condition or a point. In figures it follows the model's id in `ref`. */
  key: conditionKey,
  direction: cellOrder.default('lost'),
  /** The last image of the previous page. */
  after: id.nullable().default(null),
  limit: z.int().min(1).max(1000).default(200),
})

/** `compared` counts the images that the baseline was measured on too. `point` is null for a cell of predictions. */
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
