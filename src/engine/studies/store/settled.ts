import { z } from 'zod'
import type { StudyInput } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { changesNothing } from '#shared/preprocessingChange.ts'
import { refuseBytes } from '#shared/statistics.ts'
import { getDataset } from '../../datasets/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { StudyDefinition } from '../definition/index.ts'
import { studyDefinition } from '../registry.ts'

/**
 * Parses parameters and fills in defaults.
 *
 * @throws STUDY_PARAMS where a parameter is invalid; the message names it
 */
export function parseParams(
  definition: StudyDefinition,
  params: Record<string, unknown>,
): Record<string, unknown> {
  const parsed = definition.params.strict().safeParse(params)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  const name = issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : issue?.path.join('.') || 'params'
  throw new KernelscopeError('STUDY_PARAMS', `invalid ${name}: ${issue?.message ?? 'unknown'}`, {
    details: z.prettifyError(parsed.error),
  })
}

/**
 * The dataset of a study that reads images.
 *
 * @throws DATASET_NOT_FOUND where none is named
 */
export function datasetOf({ kind, datasetId }: Pick<StudyInput, 'kind' | 'datasetId'>): number {
  if (datasetId !== null) return datasetId
  throw new KernelscopeError('DATASET_NOT_FOUND', `${kind} reads images, and no dataset is named`, {
    hint: 'Name the dataset that it is to be measured on.',
  })
}

/**
 * The input of a study whose parameters have their defaults and are settled. Only this may be looked up and
 * stored.
 */
export interface SettledStudy extends StudyInput {
  settled: true
}

/**
 * Parses parameters and settles those that depend on the workspace or on files. It takes a while, so it comes
 * before looking up and storing, which are one step.
 *
 * @throws STUDY_UNKNOWN, STUDY_PARAMS, DATASET_NOT_FOUND, USAGE where the input is invalid
 */
export async function settledStudy(db: Db, input: StudyInput, signal?: AbortSignal): Promise<SettledStudy> {
  const definition = studyDefinition(input.kind)
  const parsed = parseParams(definition, input.params)
  const preprocessings = settledPreprocessings(definition, input)
  if (definition.fromWeights)
    return { ...input, params: parsed, datasetId: null, sample: null, subsetId: null, settled: true }
  const dataset = getDataset(db, datasetOf(input))
  const params = (await definition.settle?.(parsed, { db, dataset, signal })) ?? parsed
  return { ...input, params, preprocessings, settled: true }
}

/** The preprocessings of a study; none where they leave each model with its own, so that equal studies are equal. */
function settledPreprocessings(
  { id, fromWeights }: StudyDefinition,
  { preprocessings }: StudyInput,
): StudyInput['preprocessings'] {
  if (!preprocessings || preprocessings.every(changesNothing)) return undefined
  if (fromWeights)
    throw new KernelscopeError('STUDY_PARAMS', `invalid preprocessing: ${id} shows models no images`, {
      hint: 'Leave the preprocessing out.',
    })
  for (const { mean } of preprocessings) refuseBytes(mean)
  return preprocessings
}
