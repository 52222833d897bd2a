/** Public interface of the onnx module: reads, analyses and rewrites ONNX graphs. */
export type { Attribute, Graph, OnnxModel, Tensor, Value } from './graph.ts'
export { float32Of, type RealType } from './float32Of.ts'
export { float, GraphBuilder, int, ints } from './rewrite/build.ts'
export { possibleRewrites } from './possible.ts'
export { readModel } from './file/read.ts'
export { modelDigest, writeVariant } from './file/variant.ts'
export { readWeights } from './file/weights.ts'
export { acceptFloats, acceptPixels, pixelScale, pixelsInput, scaleInput } from './rewrite/acceptPixels.ts'
export type { BlockAdds } from './rewrite/branches.ts'
export { gate, gatesInput } from './rewrite/gate.ts'
export { attentionReadings, queryInput, readingOutput } from './rewrite/attentionReadings.ts'
export { segments } from './rewrite/segments.ts'
export {
  convolutionText,
  padColumns,
  paddedConvolutions,
  type PaddedConvolution,
} from './rewrite/padColumns.ts'
export { paddingTrial, type PaddingTrial } from './rewrite/paddingTrial.ts'
export { maskKernel, type KernelWindow } from './rewrite/maskKernel.ts'
export { crossEntropyGradient, labelsInput, weightInput } from './differentiate/crossEntropy.ts'
export { featureGradientOutput, featuresOutput } from './differentiate/featureGradient.ts'
export { relevanceOutput } from './differentiate/relevance.ts'
export { layersOfStage, type Randomised } from './rewrite/randomised.ts'
export { probe, rowWeightsInput, type Tap } from './rewrite/probe.ts'
export { contributionOutput, receptiveField } from './differentiate/receptiveField.ts'
export { differentiate, gradientOutput } from './differentiate/differentiate.ts'
export { classifierInterface, largestSide, type ClassifierInterface } from './structure/classifier.ts'
export {
  attentionMaps,
  noAttentionHint,
  noAttentionReason,
  type AttentionMap,
} from './structure/attention.ts'
export { blockOutputs, type FeaturePoint } from './structure/features.ts'
export { inspect } from './structure/inspect.ts'
export type { MappedPoint } from './structure/mappedFeatures.ts'
export { depthwiseLayers, kernelLayers, readKernels } from './structure/kernels.ts'
export { onGraphThread } from './thread/graphThread.ts'
export type { ModelSource } from './thread/modelReader.ts'
export { graphTasks } from './thread/tasks.ts'
export type { VariantPlan } from './thread/plans.ts'
export type { SegmentFiles } from './thread/segmentFiles.ts'
