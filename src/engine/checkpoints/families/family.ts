import type { Preprocessing } from '#shared/contract/index.ts'
import type { Net, NamedTensors, Naming, Value } from '../build/index.ts'

/** What is known beside names and shapes, from a file's name or a config. Each may be left out. */
export interface Hints {
  /** Name of the file, without its folder. */
  fileName?: string
  /** Name of the architecture, e.g. timm's `vit_base_patch16_224.dino`. */
  architecture?: string
  /** Side of the input in pixels. */
  imageSize?: number
  /** Attention heads of a layer. */
  heads?: number
  /** Added to the variance by layer norms. */
  layerNormEpsilon?: number
}

/** What names and shapes do not decide. Unanswered, the default holds. */
export interface Question {
  id: string
  title: string
  /** Why it is asked, and what the default rests on. */
  hint: string
  default: string
  /** The possible answers; null: a whole number of `range`. */
  choices: readonly { value: string; title: string }[] | null
  range: { least: number; most: number; step: number } | null
}

/** Answers by the id of their question. */
export type Answers = Readonly<Record<string, string>>

export interface Published {
  preprocessing: Preprocessing
  /** Where the numbers are published. */
  source: string
}

/** What a family finds in the names and shapes of a checkpoint. */
export interface Found<Config> {
  config: Config
  /** Published name of this size, e.g. "ResNet-50"; null for widths and depths that none has. */
  size: string | null
  /** Outputs of the head; null without one: the network then gives features. */
  classes: number | null
}

/** A family of networks: its tensors, its graph and its preprocessing. */
export interface Family<Config> {
  /** As in the contract where it has the family. */
  id: string
  namings: readonly Naming[]
  /** Reads widths, depths and kernels from names and shapes; null where they are not of this family. */
  read(tensors: NamedTensors): Found<Config> | null
  /** What has to be asked; `hints` give better defaults. */
  questions(found: Found<Config>, tensors: NamedTensors, hints: Hints): Question[]
  /** The preprocessing as published; its size is that of the input. */
  preprocessing(found: Found<Config>, tensors: NamedTensors, answers: Answers): Published
  /** Adds the network and gives its output: logits, or features without a head. */
  graph(net: Net, config: Config, answers: Answers): Value
}
