/** What of an image a prediction hangs on: gradient-based saliency. */
export { logitGradient, type Explained } from './logitGradient.ts'
export { attribution, saliencyMap, type GradientOf, type SaliencyMethod } from './methods.ts'
