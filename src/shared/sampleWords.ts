import type { Sample } from './contract/sample.ts'

/** How many images a sample has at most: "5 per class", "64 in all". */
export const sampleSize = (sample: Sample): string =>
  'perClass' in sample ? `${sample.perClass} per class` : `${sample.images} in all`

/** A sample with its seed: "5 per class, seed 0". */
export const sampleText = (sample: Sample): string => `${sampleSize(sample)}, seed ${sample.seed}`

/** A sample in a sentence: "at most 5 per class drawn with seed 0". */
export const sampleLong = (sample: Sample): string =>
  `at most ${sampleSize(sample)}${'perClass' in sample ? '' : ', balanced over classes,'} drawn with seed ${sample.seed}`
