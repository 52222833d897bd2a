/**
 * Names of the gradient graph's inputs and output (`crossEntropyGradient` on `acceptFloats` in the onnx room). The
 * cotangent of the logits is weight * softmax - labels: one-hot labels and weight 1 give the gradient of the cross
 * entropy, minus one-hot and weight 0 that of one logit.
 */
export const pixelsInput = 'pixels'
export const labelsInput = 'labels'
export const weightInput = 'weight'
export const gradientOutput = 'gradient'
