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
  /** Table that is joined as `p`. */
  table?: 'prediction' | 'failure'
  /** Joins a second prediction of the same image, as `q`. */
  pairs?: boolean
  /** Joins the images' bytes and true classes, as `s`. */
  examples?: boolean
  /** Limits the images to those between two ids. */
  range?: boolean
}

const joinOf = (table: string, alias: string, variant: string, condition: string) =>
  ` JOIN ${table} ${alias} ON ${alias}.variant_id = ${variant} AND ${alias}.condition_id = ${condition} AND ${alias}.example_id = i.example_id`

/**
 * Makes FROM and WHERE over the images `i` of a source with their facts `p`. `boundTo` gives the values for its names.
 */
export function withFacts(
  images: Omit<ImageQuery, 'values'>,
  { table = 'prediction', pairs = false, examples = false, range = false }: JoinOptions = {},
): string {
  const joins = [
    joinOf(table, 'p', '@variant', '@condition'),
    pairs ? joinOf('prediction', 'q', '@otherVariant', '@otherCondition') : '',
    examples ? ' JOIN example s ON s.id = i.example_id' : '',
  ]
  return `${sqlOf(images, joins.join(''))}${range ? ' AND i.id BETWEEN @from AND @to' : ''}`
}

/** A value bound by place, or values bound by name. */
export type Bound = SqlValue | Record<string, SqlValue | null>

/** Returns the values for the names in `withFacts`; `other` are the facts joined as `q`. */
export const boundTo = (of: FactsOf | FactRange, other?: FactsOf): Record<string, SqlValue | null> => ({
  variant: of.variantId,
  condition: of.conditionId,
  ...('from' in of ? { from: of.from, to: of.to } : {}),
  ...(other ? { otherVariant: other.variantId, otherCondition: other.conditionId } : {}),
})
