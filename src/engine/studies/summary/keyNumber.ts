import type { KeyNumber } from '#shared/contract/index.ts'

/** What a number in a list of studies is of one model; n: images behind it, null where it is not of images. */
interface KeyValue {
  modelId: number
  value: number | null | undefined
  n: number | null
}

/**
 * The number that stands for a study whose kind has no metric in the ranking. Neither end of it is called better.
 *
 * @param values of each model; those without a value are left out
 * @returns null where no model has a value
 */
export function keyNumber(
  title: string,
  unit: KeyNumber['unit'],
  values: readonly KeyValue[],
): KeyNumber | null {
  const known = values.flatMap(({ modelId, value, n }) =>
    value == null || !Number.isFinite(value) ? [] : [{ modelId, value, n, interpolated: false }],
  )
  return known.length === 0 ? null : { title, unit, better: null, values: known }
}
