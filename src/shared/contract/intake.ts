import { oc } from '@orpc/contract'
import { z } from 'zod'
import { recognisedIds } from '../datasetKinds.ts'

const at = {
  path: z.string(),
  /** Where it was found, below what was given; the file's own name where it was given itself. */
  name: z.string(),
}

/** What a given path, or something in a given folder, can be taken as. Told by names and first bytes. */
export const intakeItem = z.discriminatedUnion('kind', [
  /**
   * A file of a network, or the folder of one, as downloaded from Hugging Face. another: it is another form of the network before
   * it, such as float16, and is only taken where it is asked for.
   */
  z.object({
    kind: z.literal('model'),
    ...at,
    bytes: z.int(),
    onnx: z.boolean(),
    another: z.literal(true).optional(),
  }),
  /** A folder of images, or an archive. packed: it must be unpacked first. */
  z.object({
    kind: z.literal('dataset'),
    ...at,
    form: z.enum(['folder', 'archive', 'archives', 'packed']),
  }),
  z.object({ kind: z.literal('bundle'), ...at }),
  z.object({ kind: z.literal('workspace'), ...at }),
  /** Not used, and why. */
  z.object({ kind: z.literal('unused'), ...at, reason: z.string() }),
])

/** What a dataset would be added as, by its names. Nothing is indexed. */
export const datasetPreview = z.object({
  recognised: z.enum(recognisedIds),
  /** Why, in a sentence. */
  reason: z.string(),
  classes: z.int(),
  /** The first few classes. */
  first: z.array(z.string()),
  parts: z.array(z.string()),
  /** Number of images of the published set; null where there is none. */
  expected: z.int().nullable(),
  remarks: z.array(z.string()),
})

export const intake = {
  /**
   * What can be taken from given paths. A folder with models in it is looked through, four folders deep; a folder without is a
   * dataset, a bundle or a workspace. Nothing is stored.
   */
  look: oc
    .input(z.object({ paths: z.array(z.string()).max(1000) }))
    .output(z.object({ items: z.array(intakeItem), whole: z.boolean() })),
  dataset: oc.input(z.object({ path: z.string() })).output(datasetPreview),
}

export type IntakeItem = z.infer<typeof intakeItem>
export type DatasetPreview = z.infer<typeof datasetPreview>
