import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { id } from './common.ts'
import { imageRow } from './datasets.ts'
import { mapProgress } from './maps.ts'

/** By number, by the mildest condition under which a model fails, or by how much the models disagree. */
const studyImageOrder = z.enum(['image', 'failsFirst', 'disagree'])

const studyImageSummary = z.object({
  image: imageRow,
  /** Place on the study's axis (ratio, epsilon, number of removed blocks) where a model first fails; null = nowhere. */
  failsAt: z.number().nullable(),
  /** The models that fail there. */
  failing: z.array(id),
  /** Share of the pairs of models of which one is right and one wrong, mean over the conditions; null with one model. */
  disagreement: z.number().nullable(),
})

/** How far an image under a condition is from the image, over all values in [0,1]. */
const perturbation = z.object({ linf: z.number(), l2: z.number(), changed: z.number() })

const savedAdversarial = z.object({
  folder: z.string(),
  manifest: z.string(),
  images: z.int(),
  failed: z.int(),
})

export const studyImages = {
  /** The images of a study, summed up over its conditions. */
  images: oc
    .input(
      z.object({
        id,
        order: studyImageOrder.default('failsFirst'),
        /** The last image of the page before. */
        after: id.nullable().default(null),
        limit: z.int().min(1).max(1000).default(100),
      }),
    )
    .output(
      z.object({
        rows: z.array(studyImageSummary),
        next: id.nullable(),
        total: z.int(),
        /** Name of the axis `failsAt` is on; null where the study's conditions are in no order. */
        axis: z.string().nullable(),
      }),
    ),
  /** Norms of what a condition does to an image as a model sees it; pictures have addresses (`#shared/bytes.ts`). */
  perturbation: oc.input(z.object({ imageId: id, modelId: id, conditionId: id })).output(perturbation),
  /** Writes the adversarial images of a condition with a manifest. Ending the stream early cancels. */
  saveAdversarial: oc
    .input(
      z.object({
        id,
        modelId: id,
        key: z.string(),
        /** From a dialog or the command line; made where it is not there. */
        folder: z.string().min(1),
        npy: z.boolean().default(false),
        imageIds: z.array(id).optional(),
      }),
    )
    .output(
      eventIterator(
        z.discriminatedUnion('type', [
          mapProgress,
          z.object({ type: z.literal('result'), result: savedAdversarial }),
        ]),
      ),
    ),
}

export type StudyImageOrder = z.infer<typeof studyImageOrder>
export type StudyImageSummary = z.infer<typeof studyImageSummary>
export type Perturbation = z.infer<typeof perturbation>
export type SavedAdversarial = z.infer<typeof savedAdversarial>
