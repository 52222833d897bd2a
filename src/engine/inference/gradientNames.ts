/**
 * Names of the gradient graph's inputs and output (`crossEntropyGradient` on `acceptFloats` in the onnx module). The
 * cotangent of the logits is weight * softmax - labels. One-hot labels with weight 1 give the gradient of the cross
 * entropy. Minus one-hot labels with weight 0 give the gradient of one logit.
 */
export const pixelsInput = 'pixels'
export const labelsInput = 'labels'
export const weightInput = 'weight'
export const gradientOutput = 'gradient'
/** Input of an attack's gradient graph: the factors by which pixels are scaled (`scaleFed` in the onnx module). */
export const scaleInput = 'pixels/scale'
