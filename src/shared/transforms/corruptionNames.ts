import { imagenetC19 } from './protocols.ts'

/** Every corruption that can be made. Scores of ImageNet-C use `imagenetC19`, whatever is added here. */
export const corruptionNames = [
  // Further ones go below, in the order in which they are offered.
  ...imagenetC19,
] as const

export type CorruptionName = (typeof corruptionNames)[number]
