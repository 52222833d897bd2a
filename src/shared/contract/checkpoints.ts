import { z } from 'zod'
import { preprocessing } from './preprocessing.ts'

/** How a checkpoint is read where there are choices. */
export const checkpointChoice = z.object({
  /** Key of the weights in a PyTorch checkpoint that has several, such as "model_ema"; null: the likeliest. */
  part: z.string().nullable().default(null),
  /** Answers by the id of their question; the default where one is left out. */
  answers: z.record(z.string(), z.string()).default({}),
})

/** What names and shapes of a checkpoint do not decide, with the answer that was taken. */
export const checkpointQuestion = z.object({
  id: z.string(),
  title: z.string(),
  /** Why it is asked, and what the default rests on. */
  hint: z.string(),
  default: z.string(),
  answer: z.string(),
  /** The possible answers; null: a whole number of `range`. */
  choices: z.array(z.object({ value: z.string(), title: z.string() })).nullable(),
  range: z.object({ least: z.int(), most: z.int(), step: z.int() }).nullable(),
})

/** Names of tensors: the first of them, and how many there are. */
const names = z.object({ count: z.int(), first: z.array(z.string()) })

/** What a checkpoint was taken for, and how its network was made from it. */
export const checkpointFacts = z.object({
  container: z.enum(['safetensors', 'pytorch-zip', 'pytorch-legacy', 'npz']),
  /** Id of the family that built the graph. */
  family: z.string(),
  /** Published name of the size; null where none has these widths and depths. */
  size: z.string().nullable(),
  /** Whose names the tensors have, e.g. "timm". */
  naming: z.string(),
  /** Wrappers and prefixes that were taken off, in order. */
  unwrapped: z.array(z.string()),
  /** Keys of other weights in the file. */
  otherParts: z.array(z.string()),
  /** Outputs of the head; null without one: the outputs are features. */
  classes: z.int().nullable(),
  questions: z.array(checkpointQuestion),
  /** With every answer, so that the same network is built again. */
  choice: checkpointChoice,
  /** Element types of the tensors that are used, by how many they are. Other types than float32 are computed as float32. */
  types: z.record(z.string(), z.int()),
  /** Stored tensors that the network does not need. */
  leftOver: names,
  /** Bytes of weights that are read where they lie, and of those that are converted. */
  bytes: z.object({ inPlace: z.int(), converted: z.int() }),
  /** The preprocessing that the family's weights are published with, and where that is written. */
  published: z.object({ preprocessing, source: z.string() }),
})

export type CheckpointChoice = z.infer<typeof checkpointChoice>
export type CheckpointFacts = z.infer<typeof checkpointFacts>
export type CheckpointQuestion = z.infer<typeof checkpointQuestion>
