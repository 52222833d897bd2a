/** A range of an axis. */
export interface Domain {
  min: number
  max: number
}

/** Steps between ticks, times a power of ten. */
const steps = [1, 2, 2.5, 5, 10]

/** The smallest round step that gives at most `most` steps over a length; a power of ten times 1, 2, 2.5 or 5. */
export function roundStep(length: number, most: number): number {
  if (!(length > 0)) return 1
  const rough = length / Math.max(1, most)
  const power = 10 ** Math.floor(Math.log10(rough))
  const factor = steps.find((step) => step * power >= rough * (1 - 1e-9)) ?? 10
  return Number((factor * power).toPrecision(12))
}

/** The multiples of `step` within a range, without the noise of binary fractions. */
export function multiples({ min, max }: Domain, step: number): number[] {
  const first = Math.ceil(min / step - 1e-6)
  const last = Math.floor(max / step + 1e-6)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, at) =>
    Number(((first + at) * step).toPrecision(12)),
  )
}

/** Ticks from the start of a range on, as an author sets them. */
export const from = ({ min, max }: Domain, step: number): number[] =>
  multiples({ min: 0, max: max - min }, step).map((away) => Number((min + away).toPrecision(12)))

/** A range whose ends are multiples of `step`. */
export const outward = ({ min, max }: Domain, step: number): Domain => ({
  min: Number((Math.floor(min / step + 1e-6) * step).toPrecision(12)),
  max: Number((Math.ceil(max / step - 1e-6) * step).toPrecision(12)),
})

/**
 * Ticks of a logarithmic axis: 1, 2 and 5 times powers of ten, or 1 and 3, or powers of ten, whichever are no more than
 * `most`; never fewer than one where the range holds any of them.
 */
export function logTicks({ min, max }: Domain, most: number): number[] {
  const all = (factors: readonly number[]) => {
    const found: number[] = []
    for (let power = Math.floor(Math.log10(min)); power <= Math.ceil(Math.log10(max)); power++)
      for (const factor of factors) {
        const value = Number((factor * 10 ** power).toPrecision(12))
        if (value >= min * (1 - 1e-9) && value <= max * (1 + 1e-9)) found.push(value)
      }
    return found
  }
  const choices = [[1, 2, 5], [1, 3], [1]].map(all)
  const decades = choices[2] ?? []
  const every = Math.ceil(decades.length / Math.max(1, most))
  return (
    choices.find((ticks) => ticks.length <= most && ticks.length >= 2) ??
    decades.filter((_, at) => at % every === 0)
  )
}
