export type { Condition, ConditionDraw } from './condition.ts'
export { cleanCondition, conditionTransform, findCondition, internCondition } from './conditions.ts'
export {
  cellCounts,
  classCounts,
  confusionCounts,
  countFacts,
  countFactsOfModel,
  type CellCounts,
  type ClassCount,
  type ConfusionCount,
} from './counts.ts'
export {
  changedVariants,
  currentVariant,
  currentVariants,
  lastProvider,
  secondsPerImage,
  type CurrentVariant,
  type FindVariant,
} from './currentVariants.ts'
export { evidencePages, type EvidenceRow } from './evidence.ts'
export { failedExamples, failedImages, type FailedExample } from './failures.ts'
export { countMergeable, mergeFacts } from './merge.ts'
export { forgetKeys, mergeKeys } from './mergeKeys.ts'
export { answers, answersInTurn } from './answersInTurn.ts'
export { balancedChunks, wholeOrder, type Stretch } from './balancedChunks.ts'
export type { InTurn } from './balancedOrder.ts'
export { imagesInTurn } from './inTurn.ts'
export { measuredCounter } from './measuredCounter.ts'
export { imageChunks } from './imageChunks.ts'
export type { StudyImage } from './imageRows.ts'
export { amongImages, countImages, countsOfImages } from './imageCounts.ts'
export { imageRoot, imageRootSql } from './imageRoot.ts'
export { bySource, imageSources, noImages, sourceKey, usableSql, type ImageSource } from './images.ts'
export type { FactRange, FactsOf } from './join.ts'
export {
  measured,
  measurementStore,
  damagedMeasurements,
  isMeasured,
  problemNotes,
  examplesOf,
  storedOf,
  storedSum,
  type Measured,
  type MeasurementKey,
  type Stored,
  type VectorPart,
} from './measurements.ts'
export {
  meanConfidencesOf,
  mostConfident,
  outcomePages,
  outcomesOf,
  trueClassAnswers,
  verdictsOf,
  type ClassConfidence,
  type ConfidentImage,
  type ImageVerdicts,
  type Outcome,
  type TrueClassAnswer,
} from './outcomes.ts'
export { rankingsOf, type RankedImage } from './rankings.ts'
export { discordance, flips, isFlip, noPairs, pairCounts, type Flip, type PairCounts } from './pairs.ts'
export {
  findConditions,
  partFor,
  settingOf,
  storeConditions,
  type ConditionPart,
  type PlannedCondition,
  type StoredCondition,
} from './plannedConditions.ts'
export { groupedFacts, type GroupedFacts } from './grouped.ts'
export {
  countAll,
  listTexts,
  listVariants,
  removeUnusedKeys,
  settledBatches,
  storeBatches,
  type FactCounts,
  type SettledBatch,
} from './portable.ts'
export { packedOf, packedPlansOf, recordPack, type AddedPack, type PackedPlan } from './packed.ts'
export { toPrediction, type Prediction, type TopClass } from './prediction.ts'
export { byConfidence, measuredImages, type ConfidenceOrder } from './rows.ts'
export { predictionFinder } from './single.ts'
export { cellsState, imageVersion, otherFactsState, variantsState } from './state.ts'
export { factStore, type FactKey, type FactStore } from './store.ts'
export { imageList, listsAll } from './imageList.ts'
export { keptText } from './keptText.ts'
export { keepValuesIn, keptValueTable } from './keptValues.ts'
export { imageNames, listedImages, type ListedStudyImage } from './listing.ts'
export { factRestorer } from './restore.ts'
export { conditionsMeasured, factVersion, exampleFacts, exampleKeys } from './examples.ts'
export { imageSummaries, type ImageSummary, type SummaryCell } from './summary.ts'
export {
  findVariant,
  internVariant,
  keyOf,
  keyOfVariant,
  markUsed,
  setVariantBatch,
  storedVariants,
  timedVariant,
  variantKey,
  type KeyedModel,
  type Setting,
  type Variant,
  type VariantKey,
} from './variants.ts'
