import { z } from 'zod'
import type { Prediction } from '../facts/index.ts'
import { sha256 } from './manifest.ts'

/** A number as a bundle writes it; null where the cell is empty. */
const optional = z.string().transform((text, context): number | null => {
  if (text === '') return null
  const value = Number(text)
  if (String(value) === text || Object.is(value, -0)) return value
  context.addIssue({ code: 'custom', message: `${text.slice(0, 40)} is not a number` })
  return z.NEVER
})

const number = optional.transform((value, context): number => {
  if (value !== null) return value
  context.addIssue({ code: 'custom', message: 'a number is missing' })
  return z.NEVER
})

const index = number.pipe(z.int().min(0))

const key = { variant: index, condition: index, image: sha256, class: z.string() }

const topClasses = z.string().transform((text) =>
  text
    .split(';')
    .filter(Boolean)
    .map((pair) => {
      const [classIndex = Number.NaN, probability = Number.NaN] = pair.split(':').map(Number)
      return { classIndex, probability }
    }),
)

/** A line of facts.csv. */
export const factRecord = z
  .object({
    ...key,
    predicted: number.pipe(z.int()),
    correct: z.enum(['', '0', '1']),
    true_rank: optional.pipe(z.int().nullable()),
    confidence: number,
    true_probability: optional,
    true_logit: optional,
    top: topClasses,
  })
  .transform(({ variant, condition, image, class: className, ...rest }) => {
    const prediction: Prediction = {
      predicted: rest.predicted,
      correct: rest.correct === '' ? null : rest.correct === '1',
      trueRank: rest.true_rank,
      confidence: rest.confidence,
      trueProbability: rest.true_probability,
      trueLogit: rest.true_logit,
      top: rest.top,
    }
    return { variant, condition, image, className, prediction }
  })

/** A line of measurements.csv. */
export const vectorRecord = z
  .object({ ...key, values: z.string() })
  .transform(({ variant, condition, image, class: className, values }) => ({
    variant,
    condition,
    image,
    className,
    values: Float64Array.from(values.split(';'), Number),
  }))

/** A line of failures.csv. */
export const failureRecord = z
  .object({ ...key, code: z.string(), message: z.string(), hint: z.string() })
  .transform(({ variant, condition, image, class: className, ...problem }) => ({
    variant,
    condition,
    image,
    className,
    problem,
  }))
