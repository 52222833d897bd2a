export { pointsOf } from './attribution.ts'
export { deadly, inCalls, isComputingProblem, sizeAfter, type Calls, type CallSize } from './calls.ts'
export { findBatch } from './batch.ts'
export { factsOf, type Facts } from './facts.ts'
export type {
  Answers,
  AttributionPart,
  ClassifierGraph,
  Feed,
  OpenRequest,
  ProviderName,
  SharedCall,
} from './protocol.ts'
export { endRestingThreads } from './inferenceThread.ts'
export { providersFor, providerStates, type ProviderChoice } from './providers.ts'
export { compareGates, keptDepths, sharedPrefix } from './sharedCalls.ts'
export { factsUnder } from './readout.ts'
export { mostThreads, splitsOf, splitText, type Split } from './split.ts'
export {
  closeAll,
  comparedBy,
  fastestSplit,
  joined,
  openOthers,
  sameBits,
  roughSeconds,
  secondsTogether,
  timeSplits,
  trialPixels,
  type SplitTime,
  type Splittable,
  type SplitTrial,
} from './splitTrial.ts'
export {
  openAttackSession,
  openSession,
  openTensors,
  type AttackSession,
  type Session,
  type TensorSession,
} from './session.ts'
