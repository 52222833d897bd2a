import { quoted } from '#shared/figures/csv.ts'
import type { EvidenceRow } from '../facts/index.ts'
import type { VectorBlock } from '../studies/index.ts'

/** Columns of facts.csv; a missing value is empty. `top` has "class:probability" of the five likeliest classes. */
export const factColumns = [
  'variant',
  'condition',
  'image',
  'class',
  'predicted',
  'correct',
  'true_rank',
  'confidence',
  'true_probability',
  'true_logit',
  'top',
] as const

/** Columns of measurements.csv. */
export const measurementColumns = ['variant', 'condition', 'image', 'class', 'values'] as const

/** Formats a line of facts.csv. Numbers are written in full, so that reading them gives the same values. */
export function factLine(
  variant: number,
  condition: number,
  { image, className, prediction }: EvidenceRow,
): string {
  const { predicted, correct, trueRank, confidence, trueProbability, trueLogit, top } = prediction
  const best = top.map(({ classIndex, probability }) => `${classIndex}:${probability}`)
  return [
    variant,
    condition,
    image,
    quoted(className),
    predicted,
    correct === null ? null : Number(correct),
    trueRank,
    confidence,
    trueProbability,
    trueLogit,
    best.join(';'),
  ]
    .map((value) => value ?? '')
    .join(',')
}

/** Formats a line of measurements.csv. The numbers of the vector are separated by semicolons. */
export function measurementLine(
  variant: number,
  condition: number,
  { image, className, values }: VectorBlock['rows'][number],
): string {
  return [variant, condition, image, quoted(className), values.join(';')].join(',')
}
