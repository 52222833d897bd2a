/** What a model does with an image: attention maps, gradient-based saliency, receptive fields. */
export { attention } from './attention.ts'
export { gradientPlan, saliency } from './attribute.ts'
export { writeGradients, type Labelled } from './gradients.ts'
export { floatPart, floatsOfPart, KeptMaps, type KeptMap, type Part } from './kept.ts'
export { magnitudes, signedSums } from './methods.ts'
export { npyHeader } from './npy.ts'
export { receptiveField } from './receptiveField.ts'
export {
  callSize,
  gradientCallSize,
  type ImageFile,
  type InspectedModel,
  type MapContext,
} from './context.ts'
export { OpenSessions } from './sessions.ts'
