import type { StudyInput } from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { getModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import { studyDefinition } from '../registry.ts'
import { abilityWarnings } from './abilities.ts'
import { parseParams } from './settled.ts'

/**
 * Lists what makes a study's numbers doubtful by its parameters and models alone, e.g. a share of patches that drops
 * none, and which models do not allow what it needs. Reads no image, fact or file.
 *
 * @throws STUDY_UNKNOWN, STUDY_PARAMS, MODEL_NOT_FOUND where the input is invalid
 */
export function studyWarnings(db: Db, { kind, params, modelIds }: StudyInput): ErrorShape[] {
  const definition = studyDefinition(kind)
  const models = modelIds.map((id) => getModel(db, id))
  const parsed = parseParams(definition, params)
  const found = definition.warnings?.(parsed, models, { db }) ?? []
  return [
    ...abilityWarnings(db, definition, parsed, modelIds),
    ...found.map(({ message, hint }) => new KernelscopeError('STUDY_PARAMS', message, { hint }).toShape()),
  ]
}
