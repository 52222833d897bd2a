/** 8-bit RGB pixels in rows, height x width x 3; a plain Uint8Array, never a Buffer. */
export interface Picture {
  pixels: Uint8Array
  height: number
  width: number
}
