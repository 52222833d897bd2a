import { KernelscopeError } from '#shared/errors.ts'
import { adversarial } from './kinds/attacks/adversarial/index.ts'
import { attentionDistance } from './kinds/attentionDistance/index.ts'
import { imagenet9 } from './benchmarks/imagenet9/index.ts'
import { imagenetA } from './benchmarks/imagenetA/index.ts'
import { imagenetC } from './benchmarks/imagenetC/index.ts'
import { imagenetO } from './benchmarks/imagenetO/index.ts'
import { imagenetP } from './benchmarks/imagenetP/index.ts'
import { imagenetReal } from './benchmarks/imagenetReal/index.ts'
import { imagenetR } from './benchmarks/imagenetR/index.ts'
import { classSetStudies } from './benchmarks/classSets/index.ts'
import { corruptionSetStudies } from './benchmarks/corruptionSets/index.ts'
import { cueConflict } from './benchmarks/cueConflict/index.ts'
import { cleanAccuracy } from './benchmarks/cleanAccuracy/index.ts'
import { featureVariance } from './kinds/featureVariance/index.ts'
import { kernelAttention } from './kinds/kernelAttention/index.ts'
import { kernelRobustness } from './kinds/kernelRobustness/index.ts'
import { kernelSize } from './kinds/kernelSize/index.ts'
import { lesion } from './kinds/lesion/index.ts'
import { mapScores } from './kinds/mapScores/index.ts'
import { noiseFrequency } from './kinds/noiseFrequency/index.ts'
import { pipeline } from './kinds/pipeline/index.ts'
import { receptiveFieldStudy } from './kinds/receptiveField/index.ts'
import { ownConditions } from './benchmarks/ownConditions/index.ts'
import { randomPatchDrop } from './kinds/randomPatchDrop/index.ts'
import { objectNet } from './benchmarks/objectNet/index.ts'
import { representation } from './kinds/representation/index.ts'
import { saliencyGallery } from './kinds/saliencyGallery/index.ts'
import { salientPatchDrop } from './kinds/salientPatchDrop/index.ts'
import { leastEpsilonStudy } from './kinds/attacks/least/index.ts'
import { strongAttacks } from './kinds/attacks/strong/index.ts'
import { transferAttack } from './kinds/attacks/transfer/index.ts'
import type { StudyDefinition } from './definition/index.ts'

/** Every kind of study. To add one, add its folder and a line here. */
export const studyDefinitions: readonly StudyDefinition[] = [
  cleanAccuracy,
  imagenetA,
  imagenetC,
  imagenetO,
  imagenetP,
  imagenetR,
  imagenet9,
  ...classSetStudies,
  ...corruptionSetStudies,
  cueConflict,
  objectNet,
  imagenetReal,
  randomPatchDrop,
  salientPatchDrop,
  adversarial,
  strongAttacks,
  leastEpsilonStudy,
  transferAttack,
  lesion,
  noiseFrequency,
  pipeline,
  ownConditions,
  kernelSize,
  kernelAttention,
  attentionDistance,
  featureVariance,
  receptiveFieldStudy,
  representation,
  kernelRobustness,
  saliencyGallery,
  mapScores,
]

/**
 * Finds the definition of a kind of study.
 *
 * @throws STUDY_UNKNOWN where there is no such kind
 */
export function studyDefinition(id: string): StudyDefinition {
  const found = studyDefinitions.find((definition) => definition.id === id)
  if (found) return found
  const known = studyDefinitions.map((definition) => definition.id).join(', ')
  throw new KernelscopeError('STUDY_UNKNOWN', `no study named ${id}; there are ${known}`)
}
