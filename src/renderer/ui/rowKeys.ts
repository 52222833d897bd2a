const moves: Record<string, (at: number, count: number) => number> = {
  ArrowUp: (at) => Math.max(0, at - 1),
  ArrowDown: (at, count) => Math.min(count - 1, at + 1),
  PageUp: (at) => Math.max(0, at - 10),
  PageDown: (at, count) => Math.min(count - 1, at + 10),
  Home: () => 0,
  End: (_at, count) => count - 1,
}

/** The row that a key leads to from row `at` of `count`; null for a key that does not move. */
export function movedRow(key: string, at: number, count: number): number | null {
  const move = moves[key]
  return move && count > 0 ? move(at, count) : null
}

/** Adds a member to a set, or removes it if it is there. */
export function toggled<K>(set: ReadonlySet<K>, key: K): Set<K> {
  const next = new Set(set)
  if (!next.delete(key)) next.add(key)
  return next
}
