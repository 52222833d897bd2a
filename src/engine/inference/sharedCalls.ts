/** How many gates are the same before the first that is another. */
export function sharedPrefix(a: Float32Array, b: Float32Array): number {
  const first = a.findIndex((value, place) => value !== b[place])
  return first < 0 ? a.length : first
}

/** Orders gates so that those with a long prefix in common follow each other: a removed block (0) before a kept one (1). */
export function compareGates(a: Float32Array, b: Float32Array): number {
  const shared = sharedPrefix(a, b)
  return (a[shared] ?? 0) - (b[shared] ?? 0)
}

/**
 * For each of some calls in order of their gates, the numbers of segments after which a later call goes on: the depths at
 * which later gates part from its own.
 */
export function keptDepths(gates: readonly Float32Array[]): number[][] {
  const depths = gates.map((): number[] => [])
  let later: number[] = []
  for (let call = gates.length - 2; call >= 0; call--) {
    const [own, next] = [gates[call], gates[call + 1]]
    const shared = own && next ? sharedPrefix(own, next) : 0
    later = [...later.filter((depth) => depth < shared), ...(shared > 0 ? [shared] : [])]
    depths[call] = later
  }
  return depths
}
