/**
 * Reads a number: decimal ("0.03", "1e-3") or a fraction of two decimals ("8/255"). undefined where it is neither, or not
 * finite.
 */
export function parseNumber(text: string): number | undefined {
  const [over = '', under, ...more] = text.split('/').map((part) => part.trim())
  if (more.length > 0 || over === '' || under === '') return undefined
  const value = under === undefined ? Number(over) : Number(over) / Number(under)
  return Number.isFinite(value) ? value : undefined
}

/**
 * Reads a list of numbers with commas, semicolons or spaces between them: "0, 0.1 1/255" → [0, 0.1, 0.00392…].
 * "0..0.9/0.1" counts from 0 to 0.9 by 0.1; the step may not be larger than the way. null where a part is neither.
 */
export function parseNumbers(text: string): number[] | null {
  const numbers: number[] = []
  for (const part of text.split(/[\s,;]+/).filter(Boolean)) {
    const value = part.includes('..') ? undefined : parseNumber(part)
    const found = value === undefined ? countedNumbers(part) : [value]
    if (!found) return null
    numbers.push(...found)
  }
  return numbers
}

/** A number as short as it is exact, whole 255ths as fractions: "8/255", "0.03". */
export function numberText(value: number): string {
  const levels = Math.round(255 * value)
  const short = String(value).length < 8
  return !short && levels !== 0 && Math.abs(255 * value - levels) < 1e-9 ? `${levels}/255` : String(value)
}

function countedNumbers(part: string): number[] | null {
  const range = /^(-?[\d.]+)\.\.(-?[\d.]+)\/([\d.]+)$/.exec(part)
  const [from = NaN, to = NaN, step = NaN] = (range ?? []).slice(1).map(Number)
  // "0..8/255" would otherwise be read as 0 alone.
  if (![from, to, step].every(Number.isFinite) || step <= 0 || step > to - from || (to - from) / step > 1000)
    return null
  const count = Math.floor((to - from) / step + 1e-9)
  return Array.from({ length: count + 1 }, (_, i) => Number((from + i * step).toPrecision(12)))
}
