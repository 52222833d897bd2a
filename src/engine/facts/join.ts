import { sqlOf, type ImageQuery, type SqlValue } from './images.ts'

/**
 * Facts of one variant under one condition. null stands for a variant or condition that is not stored, without facts.
 */
export interface FactsOf {
  variantId: number | null
  conditionId: number | null
}

/** Facts of the images between two ids, both included. */
export interface FactRange extends FactsOf {
  from: number
  to: number
}

interface JoinOptions {
  /** Joins the images' bytes and true classes, as `s`. */
  examples?: boolean
  /** Limits the images to those between two ids. */
  range?: boolean
}

/**
 * Makes FROM and WHERE over the images `i` of a source with their failures `p`. `boundTo` gives the values for its names.
 */
export function withFailures(
  images: Omit<ImageQuery, 'values'>,
  { examples = false, range = false }: JoinOptions = {},
): string {
  const joins = [
    ' JOIN failure p ON p.variant_id = @variant AND p.condition_id = @condition AND p.example_id = i.example_id',
    examples ? ' JOIN example s ON s.id = i.example_id' : '',
  ]
  return `${sqlOf(images, joins.join(''))}${range ? ' AND i.id BETWEEN @from AND @to' : ''}`
}

/** A value bound by place, or values bound by name. */
export type Bound = SqlValue | Record<string, SqlValue | null>

/** Returns the values for the names in `withFailures`. */
export const boundTo = (of: FactsOf | FactRange): Record<string, SqlValue | null> => ({
  variant: of.variantId,
  condition: of.conditionId,
  ...('from' in of ? { from: of.from, to: of.to } : {}),
})
