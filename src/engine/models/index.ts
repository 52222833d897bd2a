export { acceptAllTouched, acceptTouched } from './touched.ts'
export { addModel } from './add.ts'
export { mergeModels } from './merge.ts'
export { openClassifier, type Classifier } from './classifier.ts'
export { classifierGraph, unchangedGraph, writeGraph, type GraphPlan } from './graphPlan.ts'
export type { Lane } from './lanes.ts'
export { namingModel, openWithFirst } from './opening.ts'
export { geometryCandidates, statisticsCandidates, statisticsTitle } from './candidates.ts'
export { exportModel } from './export.ts'
export { readModelFile } from './file.ts'
export { looksLikeModel, modelFileAt, otherForms } from './folder.ts'
export { fileOfModel } from './intendedFile.ts'
export { classSubsets, imagenet1k } from './labels.ts'
export { readLabelList } from './labelFile.ts'
export { classCount, outputLookup, targetsOf, type LabelList } from './labelList.ts'
export { matchLabels, respelled, type MatchedClasses } from './labelMatch.ts'
export { previewModel } from './preview.ts'
export { recordOrigins, storeTrial, takeCandidate, trialOf } from './origins.ts'
export { guessPreprocessing, presets, presetsAt } from './presets.ts'
export { sidecarOf, useSidecar } from './sidecarChanges.ts'
export { usesOf } from './uses.ts'
export { weightsText } from './weightsText.ts'
export { selfCheck } from './selfCheck/index.ts'
export { openLanes, type LaneGraph, type OpenLanes } from './openLanes.ts'
export { sessionTimes, setSessionTime, type SessionTime } from './sessionTimes.ts'
export {
  getModel,
  inspectionOf,
  listModels,
  removeModel,
  storeSelfCheck,
  updateModel,
  fileOf,
  usableModel,
  type StoredModel,
} from './store.ts'
