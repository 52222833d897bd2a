import { oc } from '@orpc/contract'
import { z } from 'zod'
import { conditionKey, id } from './common.ts'
import { imageRow } from './datasets.ts'
import { working } from './working.ts'

/**
 * image: by number. failsFirst: by the mildest condition under which a model fails. disagree: by how much the models
 * disagree.
 */
const studyImageOrder = z.enum(['image', 'failsFirst', 'disagree'])

const studyImageSummary = z.object({
  image: imageRow,
  /**
   * Position on the study's axis (ratio, epsilon, number of removed blocks) where the first model fails; null where
   * none fails.
   */
  failsAt: z.number().nullable(),
  /** The models that fail at that position. */
  failing: z.array(id),
  /**
   * Share of the pairs of models in which one is right and one wrong, as a mean over the conditions; null with one
   * model.
   */
  disagreement: z.number().nullable(),
  /**
   * Where no model fails: how many of the image's pairs of model and condition are measured, and how many there are;
   * else null.
   */
  measured: z.object({ n: z.int(), of: z.int() }).nullable(),
})

/**
 * Distance between an image under a condition and the unchanged image, over all values in [0,1]: largest change, L2
 * norm, share of changed values.
 */
const perturbation = z.object({ linf: z.number(), l2: z.number(), changed: z.number() })

const savedAdversarial = z.object({
  folder: z.string(),
  manifest: z.string(),
  images: z.int(),
  failed: z.int(),
})

export const studyImages = {
  /** The images of a study, each summed up over the conditions. */
  images: oc
    .input(
      z.object({
        id,
        order: studyImageOrder.default('failsFirst'),
        /** The last image of the previous page. */
        after: id.nullable().default(null),
        limit: z.int().min(1).max(1000).default(100),
      }),
    )
    .output(
      z.object({
        rows: z.array(studyImageSummary),
        next: id.nullable(),
        total: z.int(),
        /** Title of the axis of `failsAt`; null where the conditions have no order. */
        axis: z.string().nullable(),
      }),
    ),
  /**
   * Norms of the change that a condition makes to a model's input. `#shared/bytes.ts` has the addresses of the
   * pictures. With a study, the model has the preprocessing of the study.
   */
  perturbation: oc
    .input(z.object({ imageId: id, modelId: id, conditionId: id, studyId: id.optional() }))
    .output(perturbation),
  /** Writes the adversarial images of a condition, and a manifest. Ending the stream early cancels. */
  saveAdversarial: oc
    .input(
      z.object({
        id,
        modelId: id,
        key: conditionKey,
        /** From a dialog or the command line; created where it does not exist. */
        folder: z.string().min(1),
        npy: z.boolean().default(false),
        imageIds: z.array(id).optional(),
      }),
    )
    .output(working(savedAdversarial)),
}

export type StudyImageOrder = z.infer<typeof studyImageOrder>
export type StudyImageSummary = z.infer<typeof studyImageSummary>
export type Perturbation = z.infer<typeof perturbation>
export type SavedAdversarial = z.infer<typeof savedAdversarial>
