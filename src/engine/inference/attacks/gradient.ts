/** d(what is to grow)/dx for images float32 [n, height, width, 3] in [0,1]. */
export type Gradient = (x: Float32Array) => Promise<Float32Array>
