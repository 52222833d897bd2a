import type { Settings } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../datasets/index.ts'
import type { ImagePool } from '../../images/index.ts'
import type { JobContext } from '../../jobs/index.ts'
import type { Log } from '../../base/log.ts'
import { asItIs, openClassifier, setSessionTime, targetsOf, type StoredModel } from '../../models/index.ts'
import type { Workspace } from '../../workspace/index.ts'
import type { MeasureRoom } from '../definition/definition.ts'
import { drawsOfConditions } from '../masks/draws.ts'
import { isLesion, lanesOf, type Lane } from '../measure/lanes.ts'
import type { LesionTimes } from '../kinds/lesion/cost.ts'
import { timesForLesion } from '../kinds/lesion/trial.ts'
import { measure } from '../measure/measure.ts'
import { planRun } from '../store/plan.ts'
import { tracker } from '../definition/progress.ts'
import { unmeasured } from '../measure/unmeasured.ts'
import { countImages, setVariantBatch, type StoredCondition } from '../../facts/index.ts'

export interface StudyRoom {
  workspace: Workspace
  pool: ImagePool
  settings: Settings
  log: Log
}

/** Runs a study: its models one after another, each over all images and conditions that have no fact yet. */
export async function runStudy(room: StudyRoom, studyId: number, context: JobContext): Promise<void> {
  const { db } = room.workspace
  const { study, definition, source, images, models } = planRun(db, studyId)
  const onImages = models.filter(({ conditions }) => conditions.length > 0)
  const sizes = new Map<StoredCondition, number>()
  for (const { conditions } of onImages)
    for (const stored of conditions) sizes.set(stored, countImages(db, stored.source))
  if (onImages.length > 0 && images === 0)
    throw new KernelscopeError('DATASET_EMPTY', 'the dataset has no readable image with a label')
  if (definition.needsLabels !== false)
    for (const { model } of onImages) checkLabels(room.workspace, study.datasetId, model)
  const progress = tracker(
    context,
    [...sizes.values()].reduce((total, size) => total + size, 0),
  )
  for (const { model, conditions } of models) {
    if (context.signal.aborted) return
    const own: MeasureRoom = {
      ...room,
      model,
      models: models.map((planned) => planned.model),
      conditions,
      source,
      params: study.params,
      context,
      progress,
    }
    await (definition.measure ? definition.measure(own, study.params) : measureGrid(own))
  }
}

/** Predictions of one model under its conditions, in as few sessions as are worth it. */
export async function measureGrid(room: MeasureRoom): Promise<void> {
  const { workspace, model, source, settings, context, progress } = room
  const { left, stored } = unmeasured(workspace.db, model, settings, room.conditions)
  if (stored > 0) progress.add({ computed: 0, cached: stored, failed: 0 })
  const images = countImages(workspace.db, source)
  const follow = async (conditions: StoredCondition[], times: LesionTimes | null) => {
    for (const lane of lanesOf(model, conditions, images, times)) {
      if (context.signal.aborted) return
      await measureLane(room, lane)
    }
  }
  // How long the model takes as it is helps to choose how blocks are removed.
  await follow(
    left.filter((condition) => !isLesion(condition)),
    null,
  )
  const lesions = left.filter(isLesion)
  if (lesions.length === 0 || context.signal.aborted) return
  await follow(lesions, await timesForLesion(room, lesions.length * images))
}

async function measureLane(
  { workspace, pool, settings, log, model, context, progress }: MeasureRoom,
  lane: Lane,
): Promise<void> {
  progress.note(`${model.title}: opening`)
  const draws = await drawsOfConditions(workspace, lane.conditions)
  const classifier = await openClassifier(workspace, model, settings, log, lane.plan).catch(
    (error: unknown) => {
      draws?.close()
      throw error
    },
  )
  const note = [`${model.title} on ${classifier.provider.name}, batch ${classifier.batch}`, lane.note]
    .filter(Boolean)
    .join(', ')
  log.write('info', `${note}: ${classifier.provider.reason}`)
  progress.note(note)
  try {
    const started = performance.now()
    const passes = await measure({
      db: workspace.db,
      pool,
      classifier,
      lane,
      draws,
      signal: context.signal,
      crashes: progress.moved() ? 0 : context.crashes,
      enterNative: context.enterNative,
      onProgress: progress.add,
    })
    // What blocks removed or masked kernels cost says nothing of the model as it is.
    if (passes > 0 && lane.plan === asItIs) {
      const { variant, batch, secondsToOpen } = classifier
      const secondsPerImage = (performance.now() - started) / 1000 / passes
      setVariantBatch(workspace.db, variant.id, batch, secondsPerImage)
      setSessionTime(workspace.db, variant.id, asItIs.name, { secondsToOpen, secondsPerImage })
    }
  } finally {
    draws?.close()
    await classifier.close()
  }
}

/** A study on a dataset none of whose classes the model knows would only count everything as wrong. */
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
  )
}
