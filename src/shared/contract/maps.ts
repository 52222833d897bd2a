import { oc } from '@orpc/contract'
import { z } from 'zod'
import { figureExport, figureFormat, written } from './figures.ts'
import {
  attentionMapsResult,
  explained,
  featurePoint,
  gradientResult,
  imageSet,
  mapView,
  receptiveFieldResult,
  saliencyMethod,
  saliencyResult,
  saliencyTarget,
  source,
} from './mapResults.ts'
import { working } from './working.ts'

export * from './mapResults.ts'

/** Maps that show what a model does with an image: attention, saliency, receptive fields. */
export const maps = {
  /**
   * Attention of a model on an image.
   * @throws MODEL_UNSUPPORTED where the model has no attention matrices; the message says why
   */
  attention: oc
    .input(
      z.object({
        model: source,
        image: source,
        /**
         * Row-major index of the query patch. The default is the class token, or the middle patch where there is none.
         */
        patch: z.int().min(0).optional(),
      }),
    )
    .output(working(attentionMapsResult)),
  /**
   * Saliency of a model on an image.
   * @throws MODEL_UNSUPPORTED where an operator has no gradient rule; the message names the operator and the node
   */
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
  /**
   * The feature maps that a receptive field can be computed from, in order of depth. `reason` says why there are none.
   */
  featurePoints: oc
    .input(source)
    .output(z.object({ points: z.array(featurePoint), reason: z.string().optional() })),
  receptiveField: oc
    .input(
      z.object({
        model: source,
        images: imageSet,
        /** Index of a feature point. The default is the last one. */
        point: z.int().min(0).optional(),
      }),
    )
    .output(working(receptiveFieldResult)),
  /** Writes a picture of a result as a figure, or its numbers as a NumPy array [rows, columns]. */
  export: oc
    .input(
      figureExport.extend({
        key: z.string(),
        view: mapView,
        /** Title of the figure. */
        caption: z.string(),
        /** Where the explained image stands beside the map of attention or saliency; none: the map alone. */
        photograph: z.enum(['over', 'beside', 'none']).default('over'),
        formats: z.array(z.union([figureFormat, z.literal('npy')])).min(1),
      }),
    )
    .output(written),
  /** Writes the gradients of images as a NumPy array. */
  gradient: oc
    .input(
      z.object({
        model: source,
        /** An image, or a folder of images. */
        images: z.string().min(1),
        /** A class index, or 'folders': the class with the name of the image's folder. */
        label: z.union([z.int().min(0), z.literal('folders')]),
        of: explained.default('crossEntropy'),
        out: z.string().min(1),
      }),
    )
    .output(working(gradientResult)),
}
