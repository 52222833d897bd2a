/** 8-bit RGB pixels [height, width, 3]. The array is a plain Uint8Array, never a Buffer. */
export interface Picture {
  pixels: Uint8Array
  height: number
  width: number
}
