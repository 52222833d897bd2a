/** What is sent to the page under an address. */
export interface Answer {
  type: string
  bytes: Uint8Array
  headers?: Record<string, string>
}

export const png = (bytes: Uint8Array): Answer => ({ type: 'image/png', bytes })

/** Raw little-endian float32 of a shape. */
export const floats = (bytes: Uint8Array, shape: readonly number[]): Answer => ({
  type: 'application/octet-stream',
  bytes,
  headers: { 'x-shape': shape.join() },
})
