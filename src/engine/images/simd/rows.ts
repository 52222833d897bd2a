import { rowsModule } from './rows.wasm.ts'

/** Pointers are byte addresses in the module's memory. `count` is a number of values, rounded up to a multiple of 4. */
interface RowFunctions {
  memory: WebAssembly.Memory
  /** out += wa a + wb b + wc c + wd d. */
  accumulate(
    out: number,
    count: number,
    a: number,
    b: number,
    c: number,
    d: number,
    wa: number,
    wb: number,
    wc: number,
    wd: number,
  ): void
  fill(out: number, count: number, value: number): void
  /** Converts 8-bit samples to floats. */
  fromBytes(out: number, bytes: number, count: number): void
  /** Converts floats to 8-bit samples: clipped to 0..255 and truncated. */
  toBytes(bytes: number, from: number, count: number): void
  /** Resamples one 8-bit RGB row along x. `first`, `count` and `weights` (22 fraction bits, `stride` per column) are int32. */
  resampleRow(
    out: number,
    columns: number,
    row: number,
    first: number,
    count: number,
    weights: number,
    stride: number,
  ): void
  /** Computes one row as weighted sum of `count` rows of `length` bytes. */
  resampleColumns(out: number, length: number, rows: number, weights: number, count: number): void
}

// The exports are those of tools/simd/rows.wat.
const rows = new WebAssembly.Instance(new WebAssembly.Module(Buffer.from(rowsModule, 'base64')))
  .exports as unknown as RowFunctions

export const { accumulate, fill, fromBytes, toBytes, resampleRow, resampleColumns } = rows

const pageBytes = 65536
let used = 0

/** Frees all memory. Every filter calls it first; no filter keeps anything in the memory. */
export function clearMemory(): void {
  used = 0
}

/** Allocates `count` values of 32 bits, with slack for the rounding to multiples of 4. The content is arbitrary. */
export function place(count: number): number {
  const start = used
  used += 4 * (Math.ceil(count / 4) + 1) * 4
  const missing = used - rows.memory.buffer.byteLength
  if (missing > 0) rows.memory.grow(Math.ceil(missing / pageBytes))
  return start
}

/** The floats at an address. The array is valid until the next call of `place`, which may move the memory. */
export const floatsAt = (address: number, count: number) =>
  new Float32Array(rows.memory.buffer, address, count)

/** The integers at an address; valid like those of `floatsAt`. */
export const integersAt = (address: number, count: number) =>
  new Int32Array(rows.memory.buffer, address, count)

/** The bytes at an address; valid like those of `floatsAt`. */
export const bytesAt = (address: number, count: number) => new Uint8Array(rows.memory.buffer, address, count)
