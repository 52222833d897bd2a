/** The response to an address. `type` is its media type. */
export interface ByteAnswer {
  type: string
  bytes: Uint8Array
  headers?: Record<string, string>
}

/** Answers with a PNG. */
export const png = (bytes: Uint8Array): ByteAnswer => ({ type: 'image/png', bytes })

/** Answers with raw little-endian float32 values; the header `x-shape` has their shape, separated by commas. */
export const floats = (bytes: Uint8Array, shape: readonly number[]): ByteAnswer => ({
  type: 'application/octet-stream',
  bytes,
  headers: { 'x-shape': shape.join() },
})
