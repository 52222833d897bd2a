import { setTimeout as delay } from 'node:timers/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../datasets/index.ts'
import { bySource, countImages, type StoredCondition } from '../../facts/index.ts'
import type { JobContext } from '../../jobs/index.ts'
import { acceptTouched, targetsOf, type StoredModel } from '../../models/index.ts'
import type { Workspace } from '../../workspace/index.ts'
import { tracker, type MeasureContext, type RunContext } from '../definition/index.ts'
import { measureGrid } from '../measure/grid.ts'
import { orderSeed, planRun } from '../store/plan.ts'
import { getStudy } from '../store/store.ts'

/** A study begins this long after it was started, since its planning holds up the answer to whoever has queued it. */
const answersFirstMs = 20

/**
 * Runs a study: one model after another, each over all images and conditions without a fact.
 *
 * @throws DATASET_EMPTY where no image can be measured
 * @throws STUDY_LABELS where a model knows no class of the dataset
 * @throws STUDY_PARAMS where draws to replay do not fit the models or images
 */
export async function runStudy(context: RunContext, studyId: number, job: JobContext): Promise<void> {
  await delay(answersFirstMs)
  if (job.signal.aborted) return
  const { db } = context.workspace
  for (const modelId of getStudy(db, studyId).modelIds) await acceptTouched(db, modelId, job.signal)
  if (job.signal.aborted) return
  const { study, definition, source, images, models } = planRun(db, studyId)
  const onImages = models.filter(({ conditions }) => conditions.length > 0)
  const imagesIn = bySource((of) => countImages(db, of))
  const sizes = new Map<StoredCondition, number>()
  for (const { conditions } of onImages)
    for (const stored of conditions) sizes.set(stored, imagesIn(stored.source))
  if (onImages.length > 0 && images === 0)
    throw new KernelscopeError('DATASET_EMPTY', 'the dataset has no readable image with a label')
  if (definition.needsLabels !== false)
    for (const { model } of onImages) checkLabels(context.workspace, source.datasetId, model)
  await definition.fits?.(study.params, { workspace: context.workspace, models, source })
  const progress = tracker(
    job,
    [...sizes.values()].reduce((total, size) => total + size, 0),
  )
  for (const { model, conditions } of models) {
    if (job.signal.aborted) return
    const own: MeasureContext = {
      ...context,
      model,
      models: models.map((planned) => planned.model),
      conditions,
      source,
      order: orderSeed(study),
      job,
      progress,
    }
    await (definition.measure ? definition.measure(own, study.params) : measureGrid(own, definition.sessions))
  }
}

/** Refuses a dataset of which the model knows no class: every prediction would count as wrong. */
function checkLabels({ db }: Workspace, datasetId: number, model: StoredModel): void {
  const dataset = getDataset(db, datasetId)
  const targets = targetsOf(
    dataset.classes.map(({ name }) => name),
    { set: model.labelSet, names: model.labels },
  )
  if ([...targets.values()].some((target) => target >= 0)) return
  throw new KernelscopeError(
    'STUDY_LABELS',
    `no class of ${dataset.title} is among the labels of ${model.title}`,
    {
      hint: `Give the labels of ${model.title}: on its page, or with "kernelscope model labels"; "kernelscope model labels" alone says what would match.`,
    },
  )
}
