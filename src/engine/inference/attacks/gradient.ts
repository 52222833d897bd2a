/** Gradient of the attack's objective, which is to grow, at images float32 [n, height, width, 3] in [0,1]; same shape. */
export type Gradient = (x: Float32Array) => Promise<Float32Array>
