import { z } from 'zod'
import {
  dataset,
  inspection,
  labelSource,
  modelRole,
  preprocessing,
  stopped,
} from '#shared/contract/index.ts'
import { imagenet9Mapping } from '../studies/index.ts'
import { bundledModel, sha256 } from './manifest.ts'

const { title, layout, recognised, parts, classes, images, unreadable } = dataset.shape

const basisModel = bundledModel.extend({
  preprocessing,
  role: modelRole,
  /** Where its labels come from. Missing in bundles of before. */
  labelSource: labelSource.optional(),
  /** What conditions and tables read of the file; its layers are left out. */
  inspection,
})

/** A path that stays below its folder, on any operating system. */
const besideName = z
  .string()
  .regex(/^[^/\\:]+(\/[^/\\:]+)*$/)
  .refine((name) => !name.split('/').includes('..'), { message: 'leads out of its folder' })

const basisDataset = z.object({
  title,
  layout,
  recognised,
  parts,
  classes,
  images,
  unreadable,
  /** Height and width of its images in pixels, where the first thousand have the same. */
  size: z.tuple([z.int(), z.int()]).nullable(),
  /** By output: its class, as a file in the dataset's folder says; null without one. */
  mapping: imagenet9Mapping.nullable(),
  /** Texts beside the dataset that the study reads; left out where it reads none. */
  beside: z.array(z.object({ name: besideName, text: z.string() })).optional(),
})

/**
 * What a study's result rests on besides its facts. Models and datasets have the numbers 1, 2, … in this order, and images
 * in the order of images.csv; the parameters of the study name them by these numbers.
 */
export const basis = z.object({
  /** Those of the study first, then others that its parameters name. */
  models: z.array(basisModel),
  /** That of the study first; none for a study that reads only weights. */
  datasets: z.array(basisDataset),
  subset: z.object({ name: z.string(), rule: z.string(), images: z.int() }).nullable(),
  /** Why its last run ended before its end, where it was asked to. */
  stopped: stopped.optional(),
  /** Pictures that a figure shows, as PNG in base64. */
  pictures: z.array(
    z.object({ variant: z.int().min(0), image: sha256, className: z.string(), png: z.base64() }),
  ),
})

export type Basis = z.infer<typeof basis>
export type BasisModel = z.infer<typeof basisModel>
export type BasisDataset = z.infer<typeof basisDataset>
