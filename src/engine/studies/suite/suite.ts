import type { Dataset, StudyInput, SuiteInput, SuitePlan } from '#shared/contract/index.ts'
import { ordinaryKinds } from '#shared/datasetKinds.ts'
import { KernelscopeError, toErrorShape, type ErrorShape } from '#shared/errors.ts'
import { getDataset, listDatasets } from '../../datasets/index.ts'
import { getModel, targetsOf } from '../../models/index.ts'
import type { Db, WorkspaceFiles } from '../../workspace/index.ts'
import { studyCost } from '../cost/cost.ts'
import { studyDefinitions } from '../registry.ts'
import { datasetOf, settledStudy } from '../store/settled.ts'
import { type StudyDefinition, type SuitePlace } from '../definition/index.ts'

/**
 * Images per class of the large benchmarks in the quick preset: every cell is measured, with wide intervals.
 */
const quickPerClass = 2

/**
 * Plans the suite: the studies that the workspace's datasets allow for these models, with their cost; and the
 * others, with the reason. Stores nothing.
 */
export async function planSuite(
  workspace: WorkspaceFiles,
  input: SuiteInput,
  signal?: AbortSignal,
): Promise<SuitePlan> {
  const plan: SuitePlan = { entries: [], missing: [] }
  for (const definition of studyDefinitions) {
    const { id: kind, title, suite } = definition
    if (!suite || (input.kinds && !input.kinds.includes(kind))) continue
    try {
      const study = await memberInput(workspace.db, definition, suite, input, signal)
      const { title: dataset } = getDataset(workspace.db, datasetOf(study))
      const cost = await studyCost(workspace, study, null, signal)
      plan.entries.push({ title, dataset, input: study, cost })
    } catch (error) {
      plan.missing.push({ kind, title, problem: reasonOf(error) })
    }
  }
  return plan
}

function reasonOf(error: unknown): ErrorShape {
  if (error instanceof KernelscopeError && error.code !== 'CANCELLED') return toErrorShape(error)
  throw error
}

/**
 * The input of one study of the suite.
 *
 * @throws DATASET_NOT_FOUND and other codes where no dataset of the workspace fits
 */
async function memberInput(
  db: Db,
  definition: StudyDefinition,
  { recognised, made, quick: quickParams }: SuitePlace,
  { modelIds, preset, sample }: SuiteInput,
  signal?: AbortSignal,
): Promise<StudyInput> {
  const own = largest(db, recognised, modelIds, definition.needsLabels !== false)
  const dataset = own ?? (made ? largest(db, ordinaryKinds, modelIds, true) : null)
  if (!dataset) throw none(db, definition, recognised, modelIds)
  const quick = preset === 'quick' ? quickParams : undefined
  const params = { ...quick, ...(own === null ? made?.(modelIds) : {}) }
  const study: StudyInput = {
    kind: definition.id,
    params,
    modelIds,
    datasetId: dataset.id,
    sample: sample ?? (quick ? { perClass: quickPerClass, seed: 0 } : null),
  }
  await settledStudy(db, study, signal)
  return study
}

/** Why no dataset fits: there is none of its kind, or models know none of its classes. */
function none(
  db: Db,
  { title }: StudyDefinition,
  recognised: readonly Dataset['recognised'][],
  modelIds: readonly number[],
): KernelscopeError {
  const unlabelled = modelIds.filter((id) => largest(db, recognised, [id], true) === null)
  if (largest(db, recognised, [], false) !== null && unlabelled.length > 0) {
    const titles = unlabelled.map((id) => getModel(db, id).title).join(', ')
    return new KernelscopeError('STUDY_LABELS', `no class of a dataset is among the labels of ${titles}`, {
      hint: 'Give the labels on the page of the model, or with "kernelscope model labels".',
    })
  }
  return new KernelscopeError('DATASET_NOT_FOUND', `no dataset of the workspace is for ${title}`, {
    hint: 'Add its folder; it is recognised by its structure.',
  })
}

/** The largest dataset of ordinary images of which every model knows a class; null where there is none. */
export const ordinaryDataset = (db: Db, modelIds: readonly number[]): Dataset | null =>
  largest(db, ordinaryKinds, modelIds, true)

/**
 * The dataset of these kinds with the most images. With `needsLabels`, every model must know one of its
 * classes. Ordinary datasets with parts do not count.
 */
function largest(
  db: Db,
  recognised: readonly Dataset['recognised'][],
  modelIds: readonly number[],
  needsLabels: boolean,
): Dataset | null {
  const candidates = listDatasets(db)
    .filter((dataset) => recognised.includes(dataset.recognised) && dataset.images > 0)
    .filter((dataset) => recognised !== ordinaryKinds || dataset.parts.length === 0)
    .filter((dataset) => !needsLabels || modelIds.every((id) => knowsAny(db, id, dataset)))
    .sort((a, b) => b.images - a.images || a.id - b.id)
  return candidates[0] ?? null
}

function knowsAny(db: Db, modelId: number, { classes }: Dataset): boolean {
  const { labelSet, labels } = getModel(db, modelId)
  const names = classes.map(({ name }) => name)
  return [...targetsOf(names, { set: labelSet, names: labels }).values()].some((target) => target >= 0)
}
