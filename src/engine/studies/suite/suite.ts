import type { Dataset, StudyInput, SuiteInput, SuitePlan } from '#shared/contract/index.ts'
import { ordinaryKinds } from '#shared/datasetKinds.ts'
import { KernelscopeError, toErrorShape, type ErrorShape } from '#shared/errors.ts'
import { getDataset, listDatasets } from '../../datasets/index.ts'
import { getModel, targetsOf } from '../../models/index.ts'
import type { Db, Workspace } from '../../workspace/index.ts'
import { studyCost } from '../cost/cost.ts'
import { studyDefinition } from '../registry.ts'
import { settledStudy } from '../store/store.ts'

/** A study of the suite and which datasets it is for; corruptions and perturbations are made here where there are none. */
interface Member {
  kind: string
  recognised: readonly Dataset['recognised'][]
  /** May be made from ordinary images. */
  made: boolean
  /** In the quick preset: these parameters, on few images. */
  quick?: Record<string, unknown>
}

/** The six benchmarks of section 3, and clean accuracy, in the order of the paper. */
const members: readonly Member[] = [
  { kind: 'clean-accuracy', recognised: ordinaryKinds, made: false },
  { kind: 'imagenet-a', recognised: ['imagenet-a'], made: false },
  { kind: 'imagenet-c', recognised: ['imagenet-c', 'cifar-10-c', 'cifar-100-c'], made: true, quick: {} },
  { kind: 'imagenet-o', recognised: ['imagenet-o'], made: false },
  { kind: 'imagenet-p', recognised: ['imagenet-p'], made: true, quick: { stride: 5 } },
  { kind: 'imagenet-r', recognised: ['imagenet-r'], made: false },
  { kind: 'imagenet-9', recognised: ['imagenet-9'], made: false },
]

/** Images per class of the large benchmarks in the quick preset: every cell is there, with wide intervals. */
const quickPerClass = 2

/**
 * What of the suite the workspace's datasets allow for these models, with its cost; and what not, with the reason.
 * Nothing is stored.
 */
export async function planSuite(
  workspace: Workspace,
  input: SuiteInput,
  signal?: AbortSignal,
): Promise<SuitePlan> {
  const plan: SuitePlan = { entries: [], missing: [] }
  for (const member of members) {
    if (input.kinds && !input.kinds.includes(member.kind)) continue
    const { title } = studyDefinition(member.kind)
    try {
      const study = await memberInput(workspace.db, member, input, signal)
      const { title: dataset } = getDataset(workspace.db, study.datasetId)
      const cost = await studyCost(workspace, study, null, signal)
      plan.entries.push({ title, dataset, input: study, cost })
    } catch (error) {
      plan.missing.push({ kind: member.kind, title, problem: reasonOf(error) })
    }
  }
  return plan
}

function reasonOf(error: unknown): ErrorShape {
  if (error instanceof KernelscopeError) return toErrorShape(error)
  throw error
}

/** The study of a member; throws a reason where no dataset of the workspace fits. */
async function memberInput(
  db: Db,
  member: Member,
  { modelIds, preset, sample }: SuiteInput,
  signal?: AbortSignal,
): Promise<StudyInput> {
  const definition = studyDefinition(member.kind)
  const own = largest(db, member.recognised, modelIds, definition.needsLabels !== false)
  const dataset = own ?? (member.made ? largest(db, ordinaryKinds, modelIds, true) : null)
  if (!dataset)
    throw new KernelscopeError('DATASET_NOT_FOUND', `no dataset of the workspace is ${definition.title}`, {
      hint: 'Add its folder; it is recognised by its structure.',
    })
  const quick = preset === 'quick' ? member.quick : undefined
  // Nothing published belongs to what is made here: the first model counts as 100.
  const params = { ...quick, ...(member.made && own === null ? { baseline: modelIds[0] } : {}) }
  const study: StudyInput = {
    kind: member.kind,
    params,
    modelIds,
    datasetId: dataset.id,
    sample: sample ?? (quick ? { perClass: quickPerClass, seed: 0 } : null),
  }
  await settledStudy(db, study, signal)
  return study
}

/** The dataset of these kinds with most images, all of whose models know a class; without parts where ordinary. */
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
