/** Reading, understanding and rewriting ONNX graphs. Nothing outside this folder looks into it past this file. */
export type { Dim, Graph, Node, OnnxModel, Tensor, Value } from './graph.ts'
export { readModel } from './file/read.ts'
export { modelDigest, writeVariant } from './file/variant.ts'
export { readWeights } from './file/weights.ts'
export { acceptPixels, pixelsInput, type Normalisation } from './rewrite/acceptPixels.ts'
export { classifierInterface, type ClassifierInterface } from './structure/classifier.ts'
export { inspect } from './structure/inspect.ts'
export { depthwiseLayers, kernelLayers, readKernels, type Kernels } from './structure/kernels.ts'
