export { checkFits } from './store/fits.ts'
export { PerturbedImages, saveAdversarial } from './images/perturbed/index.ts'
export { ownReader, threadReader, type Reader } from './reading/reader.ts'
export type { Recomputed, RecomputeRequest, RunContext, StudyDefinition } from './definition/index.ts'
export { samplePage, firstSampled } from './measure/sampleImages.ts'
export { DrawsPieces, withMasks, type DrawnMask } from './masks/drawsPieces.ts'
export { drawsOfTransform } from './masks/draws.ts'
export { importDraws } from './reproduce/importDraws.ts'
export { exportDraws } from './reproduce/exportDraws.ts'
export { plannedTransforms, studyEvidence, studyFailures, type EvidenceBlock } from './reproduce/evidence.ts'
export { targetsOfReadout } from './measure/readings.ts'
export { keepMadeMasks } from './reproduce/madeMasks.ts'
export { parseParams } from './store/settled.ts'
export { formatsOf, idsIn, renumberedIds, type NamedIds } from './store/paramIds.ts'
export { mergeStudies } from './store/merge.ts'
export { mergeMasks } from './masks/merge.ts'
export { studyResult } from './results/result.ts'
export {
  measureAgain,
  studyPictures,
  studyVectors,
  vectorKey,
  type MeasuredAgain,
  type PictureBlock,
  type VectorBlock,
} from './reproduce/vectors.ts'
export { tablesAgain } from './reproduce/tablesAgain.ts'
export { recompute } from './reproduce/recompute.ts'
export { entries as paperEntries } from './paper/entries.ts'
export { modelsOf as modelsOfEntry } from './paper/page.ts'
export { printedNumbers } from './paper/printed.ts'
export { commandOf, datasetKindOf, datasetName, repeating, toldOf } from './paper/studies.ts'
export { attackAgain, type AttackAgainRequest } from './kinds/attacks/adversarial/again.ts'
export { transferAgain, type TransferAgainRequest } from './kinds/attacks/transfer/again.ts'
export { setupOf, surrogateChanges } from './kinds/attacks/transfer/surrogate.ts'
export { studyDefinition } from './registry.ts'
export { studyDefinitions } from './registry.ts'
export { runStudy, type Portion } from './run/study.ts'
export { checkLabels } from './store/labels.ts'
export { orderSeed, planRun, planStudy, type StudyPlan } from './store/plan.ts'
export { passGroups } from './cost/passes.ts'
export { speeds } from './questions/speed.ts'
export { settledStudy } from './store/settled.ts'
export {
  findStudy,
  getStudy,
  insertStudy,
  listStudies,
  removeStudy,
  renameStudy,
  setStudyModels,
} from './store/store.ts'
export { stoppedOf } from './store/stopped.ts'
export { checkAbilities } from './store/abilities.ts'
export { studyWarnings } from './store/warnings.ts'
export { frozen, type FrozenSubset } from './store/subset.ts'
export { tryPreprocessing, type TrialRequest } from './trial/index.ts'
export { ordinaryDataset } from './suite/suite.ts'
export { imagenet9Mapping, mappingName, readMapping } from './summary/answers.ts'
