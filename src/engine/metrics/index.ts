export { alexnetCleanError, alexnetErrors, alexnetFlips } from './alexnet.ts'
export { accuracyChange, attackSuccess, type AttackSuccess } from './attack.ts'
export {
  adversarialBackgrounds,
  backgroundGap,
  nineClassOf,
  softNineClass,
  type NineClasses,
} from './backgrounds.ts'
export { bootstrap, percentileInterval, resamples, type BootstrapOptions } from './bootstrap.ts'
export {
  calibrationError,
  expectedCalibrationError,
  fitTemperature,
  responseRateAccuracy,
  type CalibrationOptions,
} from './calibration.ts'
export {
  alexnet,
  benchmarkCorruptions,
  corruptionSummary,
  extraCorruptions,
  type CorruptionBaseline,
  type CorruptionErrors,
  type CorruptionScore,
  type CorruptionSummary,
} from './corruption.ts'
export { detection, resampledDetection, type Detection } from './detection.ts'
export {
  flipProbability,
  frameRule,
  meanRate,
  perturbations,
  top5Distance,
  top5Mean,
  zipfDistance,
  zipfMean,
  type FrameRule,
} from './stability.ts'
export { accuracy, predictAmong, type Accuracy, type RestrictedPrediction } from './subsets.ts'
