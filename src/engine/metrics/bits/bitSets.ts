import { bitsModule } from './bits.wasm.ts'

/** The exports of tools/simd/bits.wat. Addresses and counts are in bytes. */
interface BitFunctions {
  memory: WebAssembly.Memory
  /** Takes bit 7 - `shift` of each of `count` bytes. */
  plane(out: number, from: number, count: number, shift: number): void
  commonBits(a: number, b: number, count: number): number
}

const compiled = new WebAssembly.Module(Buffer.from(bitsModule, 'base64'))
const page = 2 ** 16
/** What the loops work on at once. */
const lane = 16

/** Numbers of n pictures as sets of bits: bit p % 8 of byte p / 8 of set k is bit k of the number of picture p. */
export type BitPlanes = readonly Uint8Array[]

const roundUp = (value: number, to: number) => Math.ceil(value / to) * to

function loops(bytes: number): BitFunctions {
  // The exports are those of tools/simd/bits.wat.
  const found = new WebAssembly.Instance(compiled).exports as unknown as BitFunctions
  found.memory.grow(Math.ceil(bytes / page))
  return found
}

/**
 * Returns a function that counts how often a resample has each of n pictures, as bit planes; without the last ones where those
 * are empty.
 */
export function countedPlanes(n: number): (indices: Uint32Array) => BitPlanes {
  const count = roundUp(n, 8 * lane)
  const size = count / 8
  const { memory, plane } = loops(count + size)
  const [bytes, out] = [new Uint8Array(memory.buffer, 0, count), new Uint8Array(memory.buffer, count, size)]
  const words = new Uint32Array(memory.buffer, 0, count / 4)
  /** Carries 1 from a byte that became 0 to the next one of the same number. */
  const carry = (higher: Uint8Array[], index: number, place = 0): void => {
    const next = (higher[place] ??= new Uint8Array(count))
    next[index] = (next[index] ?? 0) + 1
    if (next[index] === 0) carry(higher, index, place + 1)
  }
  return (indices) => {
    const higher: Uint8Array[] = []
    bytes.fill(0)
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i] ?? 0
      const sum = ((bytes[index] ?? 0) + 1) & 255
      bytes[index] = sum
      if (sum === 0) carry(higher, index)
    }
    const planes: Uint8Array[] = []
    for (let place = 0; place <= higher.length; place++) {
      if (place > 0) bytes.set(higher[place - 1] ?? [])
      const bits = place < higher.length ? 8 : bitsIn(words)
      for (let bit = 0; bit < bits; bit++) {
        plane(count, 0, count, 7 - bit)
        planes.push(out.slice())
      }
    }
    return planes
  }
}

/** Number of bits that the largest byte of some words needs. */
function bitsIn(words: Uint32Array): number {
  let any = 0
  for (let at = 0; at < words.length; at++) any |= words[at] ?? 0
  return 32 - Math.clz32((any | (any >>> 8) | (any >>> 16) | (any >>> 24)) & 255)
}

/**
 * Returns a function that adds up numbers, as `countedPlanes(n)` gives them, over the members of each of some sets.
 *
 * @param sets one byte for each of n members and others, 1 for a member
 */
export function sumsOver(n: number, sets: readonly Uint8Array[]): (planes: BitPlanes) => number[] {
  const count = roundUp(n, 8 * lane)
  const size = count / 8
  const { memory, plane, commonBits } = loops((sets.length + 1) * size + count)
  const scratch = (sets.length + 1) * size
  for (const [place, set] of sets.entries()) {
    new Uint8Array(memory.buffer, scratch, count).fill(0)
    new Uint8Array(memory.buffer, scratch, n).set(set.subarray(0, n))
    plane((place + 1) * size, scratch, count, 7)
  }
  const shown = new Uint8Array(memory.buffer, 0, size)
  return (planes) => {
    const sums = sets.map(() => 0)
    for (const [bit, numbers] of planes.entries()) {
      shown.set(numbers)
      for (let place = 0; place < sums.length; place++)
        sums[place] = (sums[place] ?? 0) + commonBits(0, (place + 1) * size, size) * 2 ** bit
    }
    return sums
  }
}
