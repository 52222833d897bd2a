/** Prefixes that training code puts before every name. */
const everywhere = ['module.', '_orig_mod.', 'model.', 'net.', 'network.', 'encoder.', 'backbone.']
/** The prefix of a network beside a head of training, whose names are kept. */
const backbone = 'backbone.'

/**
 * Takes off prefixes: those that all names have, and "backbone." where most have it.
 *
 * @returns the entries by their names without prefixes, and the prefixes in order
 */
export function withoutPrefixes<T>(entries: ReadonlyMap<string, T>): {
  entries: Map<string, T>
  prefixes: string[]
} {
  const prefixes: string[] = []
  let current = new Map(entries)
  for (;;) {
    const names = [...current.keys()]
    const common = everywhere.find(
      (prefix) => names.length > 0 && names.every((name) => name.startsWith(prefix)),
    )
    const share = names.filter((name) => name.startsWith(backbone)).length / Math.max(1, names.length)
    const prefix = common ?? (share > 0.5 ? backbone : undefined)
    if (prefix === undefined) return { entries: current, prefixes }
    const next = new Map<string, T>()
    for (const [name, value] of current)
      next.set(name.startsWith(prefix) ? name.slice(prefix.length) : name, value)
    // Two tensors would have one name, or one none.
    if (next.size !== current.size || next.has('')) return { entries: current, prefixes }
    prefixes.push(prefix)
    current = next
  }
}
