import { imagenetC19 } from './protocols.ts'

/** Every corruption that can be made. Scores of ImageNet-C are over `imagenetC19` whatever is added here. */
export const corruptionNames = [
  // Further ones come below, in the order they are offered.
  ...imagenetC19,
] as const

export type CorruptionName = (typeof corruptionNames)[number]
