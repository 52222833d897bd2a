/**
 * The names that a mistyped one is likely to mean, the nearest first, three at most: those that it begins, ends or
 * contains, or that differ in few letters (one in three at most). Case and separators do not count.
 */
export function nearNames(typed: string, names: readonly string[]): string[] {
  const wanted = plainName(typed)
  if (wanted === '') return []
  return names
    .map((name) => ({ name, far: distance(wanted, plainName(name)) }))
    .filter(({ far }) => far <= Math.max(1, Math.floor(wanted.length / 3)))
    .sort((a, b) => a.far - b.far)
    .slice(0, 3)
    .map(({ name }) => name)
}

/** "Did you mean a, b or c?"; empty without a near name. */
export function didYouMean(typed: string, names: readonly string[]): string {
  const near = nearNames(typed, names)
  const last = near.pop()
  if (last === undefined) return ''
  return `Did you mean ${near.length > 0 ? `${near.join(', ')} or ` : ''}${last}?`
}

/** A name without case and separators. */
export const plainName = (name: string) =>
  name
    .normalize('NFC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '')

/** How far two words are from each other: 1 where one holds the other, else the letters to change, move or leave out. */
function distance(a: string, b: string): number {
  if (a === b) return 0
  const [short, long] = a.length < b.length ? [a, b] : [b, a]
  return short.length > 2 && long.includes(short) ? 1 : edits(a, b)
}

/** The edits between two words, where neighbours that change places count once (optimal string alignment). */
function edits(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)]
  const at = (i: number, j: number) => rows[i]?.[j] ?? Infinity
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    rows.push(row)
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          at(i - 1, j) + 1,
          at(i, j - 1) + 1,
          at(i - 1, j - 1) + (same ? 0 : 1),
          swapped ? at(i - 2, j - 2) + 1 : Infinity,
        ),
      )
    }
  }
  return at(a.length, b.length)
}
