import type { Entry } from './entry.ts'

/**
 * The files of an archive in little memory: names in one buffer, sorted, with numbers beside them. A million files take
 * about 70 MB. A slash is stored as a zero byte, so that the order is that of folders listed depth first.
 */
export class EntryTable {
  readonly #names: Buffer
  readonly #ends: Uint32Array
  readonly #offsets: Float64Array
  readonly #bytes: Float64Array
  /** Packed bytes and CRC-32 of the files of a zip; null for a tar. */
  readonly #packed: Float64Array | null
  readonly #problems: ReadonlyMap<string, string>
  readonly length: number

  constructor(entries: readonly Entry[]) {
    const keys = entries.map(({ name }, at) => ({ key: Buffer.from(name.replaceAll('/', '\0')), at }))
    keys.sort((a, b) => Buffer.compare(a.key, b.key))
    this.length = entries.length
    this.#names = Buffer.concat(keys.map(({ key }) => key))
    this.#ends = new Uint32Array(entries.length)
    this.#offsets = new Float64Array(entries.length)
    this.#bytes = new Float64Array(entries.length)
    const zipped = entries.some(({ place }) => place?.kind === 'zipped')
    this.#packed = zipped ? new Float64Array(2 * entries.length) : null
    let end = 0
    for (const [place, { key, at }] of keys.entries()) {
      end += key.length
      this.#ends[place] = end
      const entry = entries[at]
      if (entry) this.#set(place, entry)
    }
    this.#problems = new Map(
      entries.flatMap(({ name, problem }) => (problem === undefined ? [] : [[name, problem]])),
    )
  }

  /** Bytes of memory. */
  get memory(): number {
    return (
      this.#names.length +
      this.#ends.byteLength +
      2 * this.#offsets.byteLength +
      (this.#packed?.byteLength ?? 0)
    )
  }

  *entries(): Generator<Entry> {
    for (let place = 0; place < this.length; place++) yield this.#at(place)
  }

  /** Finds a file by its name. */
  find(name: string): Entry | null {
    const key = Buffer.from(name.replaceAll('/', '\0'))
    for (let low = 0, high = this.length - 1; low <= high;) {
      const middle = (low + high) >> 1
      const order = this.#names.compare(key, 0, key.length, this.#start(middle), this.#ends[middle])
      if (order === 0) return this.#at(middle)
      if (order < 0) low = middle + 1
      else high = middle - 1
    }
    return null
  }

  #start(place: number): number {
    return place === 0 ? 0 : (this.#ends[place - 1] ?? 0)
  }

  #at(place: number): Entry {
    const name = this.#names.toString('utf8', this.#start(place), this.#ends[place]).replaceAll('\0', '/')
    const [offset, bytes] = [this.#offsets[place] ?? 0, this.#bytes[place] ?? 0]
    const problem = this.#problems.get(name)
    if (problem !== undefined) return { name, bytes, place: null, problem }
    if (this.#packed === null) return { name, bytes, place: { kind: 'stored', offset, bytes } }
    const [packed = 0, crc = 0] = this.#packed.subarray(2 * place, 2 * place + 2)
    return { name, bytes, place: { kind: 'zipped', offset, packed, bytes, crc } }
  }

  #set(place: number, { place: at, bytes }: Entry): void {
    this.#bytes[place] = bytes
    if (at === null || at.kind === 'row') return
    this.#offsets[place] = at.offset
    if (at.kind === 'zipped') this.#packed?.set([at.packed, at.crc], 2 * place)
  }
}
