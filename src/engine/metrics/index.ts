export { alexnetErrors, alexnetFlips } from './alexnet.ts'
export { backgroundGap } from './backgrounds.ts'
export { countedPlanes, sumsOver, type BitPlanes } from './bits/bitSets.ts'
export { percentileInterval, resamples } from './bootstrap.ts'
export { calibrationError, expectedCalibrationError, responseRateAccuracy } from './calibration.ts'
export {
  alexnet,
  corruptionSummary,
  type CorruptionBaseline,
  type CorruptionErrors,
  type CorruptionSummary,
} from './corruption.ts'
export { detection, resampledDetection, type Detection } from './detection.ts'
export { betterOrder } from './outputOrder.ts'
export {
  cueCounts,
  errorConsistency,
  shapeBias,
  type Consistency,
  type CueCounts,
  type CueDecision,
} from './shapeBias.ts'
export { flipProbability, frameRule, meanRate, top5Distance, top5Mean } from './stability.ts'
