import { KernelscopeError } from '#shared/errors.ts'
import { cleanAccuracy } from './cleanAccuracy/index.ts'
import type { StudyDefinition } from './definition.ts'
import { kernelAttention } from './kernelAttention/index.ts'
import { kernelSize } from './kernelSize/index.ts'
import { lesion } from './lesion/index.ts'
import { randomPatchDrop } from './randomPatchDrop/index.ts'

/** Every kind of study. A new one is its folder and a line here. */
export const studyDefinitions: readonly StudyDefinition[] = [
  cleanAccuracy,
  randomPatchDrop,
  lesion,
  kernelSize,
  kernelAttention,
]

export function studyDefinition(id: string): StudyDefinition {
  const found = studyDefinitions.find((definition) => definition.id === id)
  if (found) return found
  const known = studyDefinitions.map((definition) => definition.id).join(', ')
  throw new KernelscopeError('STUDY_UNKNOWN', `no study named ${id}; there are ${known}`)
}
