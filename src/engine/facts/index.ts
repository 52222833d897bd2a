export type { Condition, ConditionDraw } from './condition.ts'
export {
  cleanCondition,
  conditionTransform,
  internCondition,
  partFor,
  settingOf,
  storeConditions,
  type ConditionPart,
  type StoredCondition,
} from './conditions.ts'
export { imageRoot, imageRootSql } from './imageRoot.ts'
export {
  countImages,
  imageChunks,
  imagesInOrder,
  imagesOf,
  sourceKey,
  usableSql,
  withFacts,
  type ImageSource,
  type OrderedImages,
  type SqlValue,
  type StudyImage,
} from './images.ts'
export {
  isSettled,
  measured,
  measurementStore,
  problemNotes,
  subjectsOf,
  type Measured,
  type MeasurementKey,
  type VectorPart,
} from './measurements.ts'
export { factStore, unpackTop, type FactKey, type FactStore } from './predictions.ts'
export {
  changedVariants,
  currentVariant,
  currentVariants,
  internVariant,
  lastProvider,
  setVariantBatch,
  variantKey,
  type CurrentVariant,
  type FindVariant,
  type KeyedModel,
  type Setting,
  type Variant,
  type VariantKey,
} from './variants.ts'
