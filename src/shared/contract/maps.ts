import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { figureExport, figureFormat, written } from './figures.ts'
import {
  attentionMapsResult,
  explained,
  featurePoint,
  gradientResult,
  imageSet,
  mapProgress,
  mapView,
  receptiveFieldResult,
  saliencyMethod,
  saliencyResult,
  saliencyTarget,
  source,
} from './mapResults.ts'

export * from './mapResults.ts'

/** A stream of progress that ends with the result; ending the stream early cancels the work. */
const working = <T extends z.ZodType>(result: T) =>
  eventIterator(z.discriminatedUnion('type', [mapProgress, z.object({ type: z.literal('result'), result })]))

/** Pictures of what a model does with an image: attention, saliency, receptive fields. */
export const maps = {
  /** MODEL_UNSUPPORTED says why a model has no attention maps. */
  attention: oc
    .input(
      z.object({
        model: source,
        image: source,
        /** Row-major patch; the class token when left out, where there is none the middle patch. */
        patch: z.int().min(0).optional(),
      }),
    )
    .output(working(attentionMapsResult)),
  /** MODEL_UNSUPPORTED names the operator and node without a gradient rule. */
  saliency: oc
    .input(
      z.object({
        model: source,
        image: source,
        method: saliencyMethod.default({ method: 'gradient' }),
        target: saliencyTarget.default({ kind: 'predicted' }),
        of: explained.default('logit'),
      }),
    )
    .output(working(saliencyResult)),
  /** Where a receptive field can be looked at from, in order of depth; `reason` where there is none. */
  featurePoints: oc
    .input(source)
    .output(z.object({ points: z.array(featurePoint), reason: z.string().optional() })),
  receptiveField: oc
    .input(
      z.object({
        model: source,
        images: imageSet,
        /** Index of a feature point; the last when left out. */
        point: z.int().min(0).optional(),
      }),
    )
    .output(working(receptiveFieldResult)),
  /** Writes a picture of a result as figure, or its numbers as NumPy array [rows, columns]. */
  export: oc
    .input(
      figureExport.extend({
        key: z.string(),
        view: mapView,
        /** Title of the figure. */
        caption: z.string(),
        /** Where the image stands that attention or saliency was computed of; none: the map alone. */
        photograph: z.enum(['over', 'beside', 'none']).default('over'),
        formats: z.array(z.union([figureFormat, z.literal('npy')])).min(1),
      }),
    )
    .output(written),
  /** Writes the gradients of images as NumPy array. */
  gradient: oc
    .input(
      z.object({
        model: source,
        /** An image, or a folder of them. */
        images: z.string().min(1),
        /** Class index, or 'folders': the class that is named as the image's folder. */
        label: z.union([z.int().min(0), z.literal('folders')]),
        of: explained.default('crossEntropy'),
        out: z.string().min(1),
      }),
    )
    .output(working(gradientResult)),
}
