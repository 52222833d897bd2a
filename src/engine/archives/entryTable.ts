import type { Entry } from './entry.ts'

/**
 * The files of an archive in little memory: names in one buffer, sorted, with numbers beside them. A million files take
 * about 70 MB. A slash is stored as a zero byte, so that the order is that of folders listed depth first.
 */
export interface Columns {
  names: Buffer
  /** Where each name ends in `names`. */
  ends: Uint32Array
  /** Where each file lies in the archive, and its bytes. */
  offsets: Float64Array
  bytes: Float64Array
  /** Packed bytes and CRC-32 of the files of a zip; null for a tar. */
  packed: Float64Array | null
  /** Why files cannot be read, by name. */
  problems: ReadonlyMap<string, string>
}

/** Puts files into columns, sorted by name. */
export function columnsOf(entries: readonly Entry[]): Columns {
  const keys = entries.map(({ name }, at) => ({ key: Buffer.from(name.replaceAll('/', '\0')), at }))
  keys.sort((a, b) => Buffer.compare(a.key, b.key))
  const zipped = entries.some(({ place }) => place?.kind === 'zipped')
  const columns: Columns = {
    names: Buffer.concat(keys.map(({ key }) => key)),
    ends: new Uint32Array(entries.length),
    offsets: new Float64Array(entries.length),
    bytes: new Float64Array(entries.length),
    packed: zipped ? new Float64Array(2 * entries.length) : null,
    problems: new Map(
      entries.flatMap(({ name, problem }) => (problem === undefined ? [] : [[name, problem]])),
    ),
  }
  let end = 0
  for (const [place, { key, at }] of keys.entries()) {
    end += key.length
    columns.ends[place] = end
    const entry = entries[at]
    if (entry) set(columns, place, entry)
  }
  return columns
}

function set({ offsets, bytes, packed }: Columns, place: number, entry: Entry): void {
  bytes[place] = entry.bytes
  const at = entry.place
  if (at === null || at.kind === 'row') return
  offsets[place] = at.offset
  if (at.kind === 'zipped') packed?.set([at.packed, at.crc], 2 * place)
}

/** The files of an archive, by number and by name. */
export class EntryTable {
  readonly columns: Columns
  readonly length: number

  constructor(columns: Columns) {
    this.columns = columns
    this.length = columns.ends.length
  }

  /** Bytes of memory. */
  get memory(): number {
    const { names, ends, offsets, packed } = this.columns
    return names.length + ends.byteLength + 2 * offsets.byteLength + (packed?.byteLength ?? 0)
  }

  *entries(): Generator<Entry> {
    for (let place = 0; place < this.length; place++) yield this.#at(place)
  }

  /** Finds a file by its name. */
  find(name: string): Entry | null {
    const { names, ends } = this.columns
    const key = Buffer.from(name.replaceAll('/', '\0'))
    for (let low = 0, high = this.length - 1; low <= high;) {
      const middle = (low + high) >> 1
      const order = names.compare(key, 0, key.length, this.#start(middle), ends[middle])
      if (order === 0) return this.#at(middle)
      if (order < 0) low = middle + 1
      else high = middle - 1
    }
    return null
  }

  #start(place: number): number {
    return place === 0 ? 0 : (this.columns.ends[place - 1] ?? 0)
  }

  #at(place: number): Entry {
    const { names, ends, packed: zipped, problems, ...columns } = this.columns
    const name = names.toString('utf8', this.#start(place), ends[place]).replaceAll('\0', '/')
    const [offset, bytes] = [columns.offsets[place] ?? 0, columns.bytes[place] ?? 0]
    const problem = problems.get(name)
    if (problem !== undefined) return { name, bytes, place: null, problem }
    if (zipped === null) return { name, bytes, place: { kind: 'stored', offset, bytes } }
    const [packed = 0, crc = 0] = zipped.subarray(2 * place, 2 * place + 2)
    return { name, bytes, place: { kind: 'zipped', offset, packed, bytes, crc } }
  }
}
