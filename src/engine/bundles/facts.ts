import { quoted } from '#shared/figures/csv.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { EvidenceRow, FailedExample } from '../facts/index.ts'
import type { VectorBlock } from '../studies/index.ts'
import type { NumberedImage } from './describe.ts'

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

/** Columns of failures.csv. */
export const failureColumns = ['variant', 'condition', 'image', 'class', 'code', 'message', 'hint'] as const

/** Columns of images.csv; `name` is empty where no number and no table depends on it. */
export const imageColumns = ['dataset', 'image', 'class', 'part', 'name'] as const

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

/** Formats a line of failures.csv. */
export function failureLine(
  variant: number,
  condition: number,
  { image, className, problem }: FailedExample,
): string {
  const { code, message, hint = '' }: ErrorShape = problem
  return [variant, condition, image, ...[className, code, message, hint].map(quoted)].join(',')
}

/** Formats a line of images.csv. */
export function imageLine({ dataset, digest, className, part, name }: NumberedImage): string {
  return [dataset, digest, ...[className, part ?? '', name].map(quoted)].join(',')
}
