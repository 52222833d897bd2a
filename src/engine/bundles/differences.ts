import type { BundleDifference } from '#shared/contract/index.ts'

type Value = BundleDifference['stored']

/** Differences that are listed at most of one part; all are counted. */
const mostListed = 20
/** Most characters of a text in a difference. */
const longest = 160

/** Collects where a part of a bundle differs from what it should be. */
export interface Differences {
  readonly listed: readonly BundleDifference[]
  /** How many there are, listed or not. */
  readonly total: number
  /** @param found what it should be */
  add(where: string, stored: unknown, found: unknown): void
}

export function differences(): Differences {
  const listed: BundleDifference[] = []
  let total = 0
  return {
    listed,
    get total() {
      return total
    },
    add(where, stored, found) {
      total++
      if (listed.length < mostListed) listed.push({ where, stored: shown(stored), found: shown(found) })
    },
  }
}

function shown(value: unknown): Value {
  if (value === undefined || value === null) return null
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value)
  if (typeof value === 'boolean') return value
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}

/** How far numbers may lie apart, as a share of the greater one. */
export interface Leeway {
  tolerance: number
}

/**
 * Compares two JSON values and adds every place where they differ. Members of a list are named by their `id` or `key`
 * where they have one, else by their index.
 */
export function compareJson(
  stored: unknown,
  found: unknown,
  where: string,
  to: Differences,
  leeway: Leeway = { tolerance: 0 },
): void {
  if (Object.is(stored, found)) return
  if (typeof stored === 'number' && typeof found === 'number') {
    const apart = Math.abs(stored - found) / Math.max(Math.abs(stored), Math.abs(found))
    if (!(apart <= leeway.tolerance)) to.add(where, stored, found)
    return
  }
  if (Array.isArray(stored) && Array.isArray(found)) {
    for (let at = 0; at < Math.max(stored.length, found.length); at++)
      compareJson(stored[at], found[at], `${where}[${nameOf(found[at] ?? stored[at], at)}]`, to, leeway)
    return
  }
  if (isRecord(stored) && isRecord(found)) {
    for (const key of new Set([...Object.keys(stored), ...Object.keys(found)]))
      compareJson(stored[key], found[key], where === '' ? key : `${where}.${key}`, to, leeway)
    return
  }
  to.add(where, stored, found)
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function nameOf(value: unknown, at: number): string {
  if (!isRecord(value)) return String(at)
  const { id, key, name } = value
  return String([id, key, name].find((one) => typeof one === 'string') ?? at)
}

/** Compares two texts line by line. */
export function compareText(stored: string, found: string, to: Differences): void {
  const [was, is] = [stored.split('\n'), found.split('\n')]
  for (let at = 0; at < Math.max(was.length, is.length); at++)
    if (was[at] !== is[at]) to.add(`line ${at + 1}`, was[at], is[at])
}
