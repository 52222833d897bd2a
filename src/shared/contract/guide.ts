import { oc } from '@orpc/contract'
import { z } from 'zod'
import { errorShape, id } from './common.ts'
import { paperPage } from './paper.ts'
import { studyInput } from './studyInput.ts'

/** A question of the paper, prepared for the models and datasets of the open workspace. */
const question = z.object({
  id: z.string(),
  group: z.enum(['experiment', 'benchmark']),
  /** Section of the paper, e.g. "4.1". */
  section: z.string(),
  title: z.string(),
  /** The question, in one sentence. */
  asks: z.string(),
  /** What to look at in the answer. */
  look: z.string(),
  /** The study that answers it, with a size that fits the time budget; null where the workspace does not allow it. */
  input: studyInput.nullable(),
  /** Why the question cannot be asked here. */
  problem: errorShape.nullable(),
  /** Title of the dataset; empty where it reads no images. */
  dataset: z.string(),
  models: z.array(z.string()),
  /** Images per model. */
  images: z.int(),
  /** Estimated time in seconds for what is not stored yet. */
  seconds: z.number(),
  /** Whether the estimate rests on times measured here; otherwise it rests on the models' multiply-accumulates. */
  measured: z.boolean(),
  /** The stored study of this input; null where there is none. */
  studyId: id.nullable(),
})

export const guide = {
  /** The nine experiments and six benchmarks as studies that each take at most about `seconds` on this machine. */
  questions: oc
    .input(z.object({ seconds: z.number().min(1).max(86_400).default(90) }))
    .output(z.array(question)),
  /** The paper, table by table: what repeats it, what that needs, its numbers and those measured here. */
  paper: oc.output(paperPage),
}

export type Question = z.infer<typeof question>
