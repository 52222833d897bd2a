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

/** Returns a function that splits n numbers, of 32 bits each, into bit planes; without the last ones where those are empty. */
export function planesOf(n: number): (numbers: Uint32Array) => BitPlanes {
  const count = roundUp(n, 8 * lane)
  const size = count / 8
  const { memory, plane } = loops(count + size)
  const [bytes, out] = [new Uint8Array(memory.buffer, 0, count), new Uint8Array(memory.buffer, count, size)]
  return (numbers) => {
    const planes: Uint8Array[] = []
    let most = 0
    for (const number of numbers) if (number > most) most = number
    for (let from = 0; from < 32 && most >= 2 ** from; from += 8) {
      for (let at = 0; at < n; at++) bytes[at] = (numbers[at] ?? 0) >>> from
      for (let bit = 0; bit < 8 && most >= 2 ** (from + bit); bit++) {
        plane(count, 0, count, 7 - bit)
        planes.push(out.slice())
      }
    }
    return planes
  }
}

/**
 * Returns a function that adds up numbers, as `planesOf(n)` splits them, over the members of each of some sets.
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
