import type { Sample } from './contract/sample.ts'

/** How many images a sample has at most: "5 per class", "64 over all classes". In a dataset of parts it is of each part. */
export const sampleSize = (sample: Sample): string =>
  'perClass' in sample ? `${sample.perClass} per class` : `${sample.images} over all classes`

/** A sample with its seed: "5 per class, seed 0". */
export const sampleText = (sample: Sample): string => `${sampleSize(sample)}, seed ${sample.seed}`

/** A sample in a sentence: "at most 5 per class drawn with seed 0". */
export const sampleLong = (sample: Sample): string =>
  `at most ${sampleSize(sample)}${'perClass' in sample ? '' : ', balanced,'} drawn with seed ${sample.seed}`
