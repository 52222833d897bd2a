import { quoted, type Refuse } from '../refuse.ts'
import { mostTensors } from '../tensors.ts'
import { PickledObject, PickledTensor } from './values.ts'

/** Tensors of a pickle by name, with what was taken off around them. */
export interface Weights {
  tensors: Map<string, PickledTensor>
  /** Wrappers that were taken off, in order. */
  unwrapped: string[]
  /** Plain values beside the weights. */
  metadata: Map<string, string>
}

/**
 * Keys that weights lie under, the likeliest first. A teacher of DINO is what its authors publish; averaged weights are
 * taken where there are no others, or when they are asked for.
 */
const wrappers = [
  'state_dict',
  'model',
  'teacher',
  'student',
  'net',
  'network',
  'module',
  'model_state_dict',
  'model_state',
  'state_dict_ema',
  'model_ema',
  'ema_state_dict',
]

/** Most wrappers inside one another. */
const deepest = 4
/** Most plain values that are kept, and their longest text. */
const mostValues = 200
const longestValue = 200

/**
 * Finds the weights in the value of a pickle.
 *
 * @param part key of the weights to take where there are several; null: the likeliest
 * @throws MODEL_UNSUPPORTED where there are none, or none under `part`
 */
export function weightsIn(root: unknown, part: string | null, refuse: Refuse): Weights {
  const metadata = new Map<string, string>()
  const unwrapped: string[] = []
  let entries = entriesOf(root)
  for (let depth = 0; depth < deepest && entries; depth++) {
    const tensors = tensorsOf(entries)
    const inside = wrappers.filter((key) => tensorsWithin(entries?.get(key)) > 0)
    if (part !== null && depth === 0 && !inside.includes(part))
      throw refuse.unsupported(
        `it has no weights under ${quoted(part)}, but under: ${inside.join(', ') || 'none'}`,
      )
    const key = depth === 0 && part !== null ? part : inside[0]
    // Numbers of training that are tensors, such as `best_acc1`, may lie beside the wrapper.
    if (key === undefined || (part === null && tensors.size >= tensorsWithin(entries.get(key)))) {
      if (tensors.size === 0) break
      if (tensors.size > mostTensors) throw refuse.malformed(`it has ${tensors.size} tensors`)
      return { tensors, unwrapped, metadata }
    }
    describe(entries, metadata)
    const others = inside.filter((other) => other !== key)
    if (others.length > 0) metadata.set('other weights', others.join(', '))
    unwrapped.push(key)
    entries = entriesOf(entries.get(key))
  }
  throw refuse.unsupported('it holds no weights by name: no dictionary of tensors was found in it')
}

const entriesOf = (value: unknown): Map<unknown, unknown> | null =>
  value instanceof Map ? value : value instanceof PickledObject ? value.attributes : null

function tensorsOf(entries: Map<unknown, unknown>): Map<string, PickledTensor> {
  const found = new Map<string, PickledTensor>()
  for (const [name, value] of entries)
    if (typeof name === 'string' && value instanceof PickledTensor) found.set(name, value)
  return found
}

/** Most tensors that lie together in a value, or in a wrapper in it. A pickle may hold itself, so each value is looked at once. */
function tensorsWithin(value: unknown, seen = new Set<unknown>()): number {
  const entries = entriesOf(value)
  if (!entries || seen.has(value) || seen.size > deepest * wrappers.length) return 0
  seen.add(value)
  return Math.max(tensorsOf(entries).size, ...wrappers.map((key) => tensorsWithin(entries.get(key), seen)))
}

/** Keeps numbers, text and truth values, also those of settings ("args.model"). */
function describe(entries: Map<unknown, unknown>, into: Map<string, string>, prefix = ''): void {
  for (const [name, value] of entries) {
    if (typeof name !== 'string' || into.size >= mostValues) continue
    const plain = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    if (plain) into.set(`${prefix}${name}`.slice(0, longestValue), String(value).slice(0, longestValue))
    else if (value instanceof PickledObject && prefix === '') describe(value.attributes, into, `${name}.`)
  }
}
