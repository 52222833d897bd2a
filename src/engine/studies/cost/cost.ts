import type { Dataset, StudyCost, StudyInput } from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { enlargement, getDataset } from '../../datasets/index.ts'
import { noRewrite } from '#shared/rewrites.ts'
import { isTried } from '#shared/studyState.ts'
import { getModel, type StoredModel } from '../../models/index.ts'
import type { Db, WorkspaceFiles } from '../../workspace/index.ts'
import { checkFits } from '../store/fits.ts'
import { conditionsOf } from '../store/plan.ts'
import { shownModels } from '../store/shown.ts'
import { studyDefinition } from '../registry.ts'
import { settledStudy } from '../store/settled.ts'
import { findStudy, sourceOf } from '../store/store.ts'
import { nextTurn } from '../../base/nextTurn.ts'
import { Ledger, type Work } from './ledger.ts'
import { passGroups } from './passes.ts'
import {
  bySource,
  countImages,
  currentVariants,
  type ImageSource,
  settingOf,
  type PlannedCondition,
  storedSum,
  measuredCounter,
} from '../../facts/index.ts'
import type { StudyDefinition } from '../definition/index.ts'

/**
 * Estimates what a study would cost, before anything of it is stored. Seconds come from earlier runs or batch
 * trials of the same models; they are null while one of the models was never run here.
 *
 * @param subset how many images the subset of the input has now
 * @throws STUDY_UNKNOWN, STUDY_PARAMS, DATASET_NOT_FOUND, MODEL_NOT_FOUND where the input names what is not
 *   there
 */
export async function studyCost(
  workspace: WorkspaceFiles,
  input: StudyInput,
  subset: number | null = null,
  signal?: AbortSignal,
): Promise<StudyCost> {
  const { db } = workspace
  const definition = studyDefinition(input.kind)
  const study = await settledStudy(db, input, signal)
  const { params } = study
  if (study.datasetId === null) return costOfWeights(db, input.modelIds)
  await checkFits(workspace, study)
  const source: ImageSource = { datasetId: study.datasetId, selectedFor: null }
  const dataset = getDataset(db, study.datasetId)
  const share = sampledShare(db, input, dataset, subset)
  const imagesIn = bySource((wanted) => Math.round(countImages(db, wanted) * share))
  const all = shownModels(db, study, [dataset.id, ...(definition.otherDatasets?.(params) ?? [])], getModel)
  const models = all.map(({ model }) => model)
  const ledger = new Ledger(db)
  const settled = new Map<number, number>()
  let most = 0
  for (const shown of all) {
    const { model } = shown
    const conditions = conditionsOf(db, definition, params, shown, all, source)
    most = Math.max(most, conditions.length)
    const groups = groupsOf(db, definition, model, conditions, { share, imagesIn })
    const { changed = [], own = [] } = Object.groupBy(groups, ({ first }) =>
      (first.condition.rewrite ?? noRewrite).op === 'none' ? 'own' : 'changed',
    )
    for (const { first: _, ...group } of own) ledger.add({ model, ...group })
    addChanged(ledger, definition, model, changed, imagesIn(source))
    settled.set(model.id, Math.max(0, ...groups.slice(1).map(({ stored }) => stored)))
    await nextTurn()
  }
  const before = most === 0 ? findStudy(db, study) : null
  // A study of an earlier version may lack vectors that are kept now.
  const done =
    before?.job?.state === 'done' &&
    isTried({
      answers: storedSum(
        (await definition.stored?.(params, { workspace, models, source: sourceOf(before) })) ?? [],
      ),
    })
  const extra = definition.extraWork?.(params, {
    ...{ db, dataset, models, images: imagesIn(source) },
    settled: ({ id }) => (done ? imagesIn(source) : (settled.get(id) ?? 0)),
  })
  for (const work of extra ?? []) ledger.add(work)
  const { answers, cached, seconds, atMost, choices } = ledger
  return {
    ...{ answers, cached, seconds, atMost, choices },
    images: imagesIn(source),
    conditions: most,
    work: [...ledger.forwards].map(([modelId, forwards]) => ({ modelId, forwards })),
    warnings: models.flatMap((model) => warningsOf(db, dataset, model)),
  }
}

/** The cost of a study that reads only weights: nothing is run. */
const costOfWeights = (db: Db, modelIds: readonly number[]): StudyCost => ({
  ...{ answers: 0, cached: 0, images: 0, conditions: 0, work: [], seconds: 0, atMost: false, choices: [] },
  warnings: modelIds.flatMap((id) => getModel(db, id).problem ?? []),
})

interface Group extends Omit<Work, 'model'> {
  first: PlannedCondition
}

/** Groups conditions that are computed together, with their cost. */
function groupsOf(
  db: Db,
  definition: StudyDefinition,
  model: StoredModel,
  all: PlannedCondition[],
  { share, imagesIn }: { share: number; imagesIn(source: ImageSource): number },
): Group[] {
  const variants = currentVariants(db, model)
  const countMeasured = measuredCounter(db)
  return passGroups(db, definition, model, all).map(({ conditions, forwards }) => {
    const [first] = conditions
    const images = imagesIn(first.source)
    const known = conditions.map((stored) => {
      const variant = variants(stored.condition.rewrite ?? noRewrite, settingOf(stored))
      return variant ? Math.round(countMeasured(variant.id, stored) * share) : 0
    })
    return {
      ...{ first, images, stored: Math.min(images, ...known), forwards },
      answers: conditions.length,
      answered: known.reduce((sum, count) => sum + Math.min(images, count), 0),
      atMost: definition.work?.atMost?.(conditions),
    }
  })
}

/**
 * Adds the cost of conditions that change the graph: the study's own estimate, else one pass of the model for
 * each image.
 */
function addChanged(
  ledger: Ledger,
  { estimateSessions }: StudyDefinition,
  model: StoredModel,
  groups: Group[],
  images: number,
): void {
  const left = groups.filter((group) => group.stored < group.images)
  const estimate =
    left.length > 0
      ? estimateSessions?.(
          left.map(({ first }) => first),
          { db: ledger.db, model, images },
        )
      : undefined
  if (estimate) ledger.choices.push(estimate.note)
  const share = estimate?.forwards === undefined ? 1 : estimate.forwards / left.length
  for (const { first: _, ...group } of groups)
    if (estimate?.seconds != null) ledger.count(model, { ...group, forwards: group.forwards * share })
    else ledger.add({ model, ...group })
  if (estimate?.seconds != null) ledger.spend(estimate.seconds)
}

/** Lists what makes a model's numbers on a dataset doubtful. */
function warningsOf(db: Db, dataset: Dataset, model: StoredModel): ErrorShape[] {
  const warnings: ErrorShape[] = model.problem ? [model.problem] : []
  const resized = enlargement(db, dataset, model)
  if (resized !== null)
    warnings.push(
      new KernelscopeError('STUDY_PARAMS', resized, {
        hint: 'For numbers like published ones, take a model that was trained at the size of the images.',
      }).toShape(),
    )
  return warnings
}

/**
 * Estimates which share of a dataset's images a study measures, from 0 to 1. A sample is drawn only when the
 * study is stored, so every source is taken to keep the same share.
 */
function sampledShare(
  db: Db,
  { sample }: StudyInput,
  { id: datasetId, classes, parts }: Dataset,
  subset: number | null,
): number {
  if (!sample && subset === null) return 1
  const all = countImages(db, { datasetId, selectedFor: null })
  if (all === 0) return 0
  const most = subset === null ? 1 : Math.min(1, subset / all)
  if (!sample) return most
  const each = Math.max(1, parts.length)
  const left =
    'perClass' in sample
      ? classes.reduce((total, { images }) => total + Math.min(images, sample.perClass * each), 0)
      : Math.min(all, sample.images * each)
  return Math.min(most, left / all)
}
