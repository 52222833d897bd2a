export { PerturbedLooks, saveAdversarial } from './perturbed/index.ts'
export { studyImages } from './studyImages.ts'
export { recipeFor } from './benchmarks/geometry.ts'
export { cleanCondition, conditionTransform } from './conditions.ts'
export { studyCost } from './cost.ts'
export type { StudyDefinition } from './definition.ts'
export { drawPage, firstDrawn } from './drawImages.ts'
export { DrawsPieces, withMasks, type DrawnMask } from './drawsPieces.ts'
export { drawsOfTransform, importDraws } from './draws.ts'
export { exportDraws } from './exportDraws.ts'
export { studyEvidence, type EvidenceBlock, type EvidenceRow } from './evidence.ts'
export { unpackTop } from './facts.ts'
export { measureAgain, studyVectors, vectorKey, type MeasuredAgain, type VectorBlock } from './vectors.ts'
export { tablesAgain } from './tablesAgain.ts'
export { recompute, type RecomputeRequest, type Recomputed } from './recompute.ts'
export { attackAgain, type AttackAgainRequest } from './adversarial/again.ts'
export { transferAgain, type TransferAgainRequest } from './transferAttack/again.ts'
export { setupOf } from './transferAttack/recipe.ts'
export { studyDefinition } from './registry.ts'
export { studyDefinitions } from './registry.ts'
export { studyResult } from './result.ts'
export { studyImageRows } from './imageRows.ts'
export { cellImages } from './cellImages.ts'
export { studyRows } from './rows.ts'
export { runStudy, type StudyRoom } from './run.ts'
export { ranking } from './ranking.ts'
export { planSuite } from './suite.ts'
export {
  findStudy,
  getStudy,
  insertStudy,
  settledStudy,
  listStudies,
  removeStudy,
  renameStudy,
  setStudyModels,
} from './store.ts'
export { frozen, type FrozenSubset } from './subset.ts'
