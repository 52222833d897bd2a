import type { JobProgress, Settings, Study } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../datasets/index.ts'
import type { ImagePool } from '../images/index.ts'
import { noProgress, Rate, type JobContext } from '../jobs/index.ts'
import type { Log } from '../log.ts'
import { openClassifier, setVariantBatch, targetsOf, usableModel, type StoredModel } from '../models/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { storeConditions, type StoredCondition } from './conditions.ts'
import { drawsOfStudy } from './draws.ts'
import { countImages, type ImageSource } from './images.ts'
import { measure } from './measure.ts'
import { studyDefinition } from './registry.ts'
import { getStudy, sourceOf } from './store.ts'

export interface StudyRoom {
  workspace: Workspace
  pool: ImagePool
  settings: Settings
  log: Log
}

/** Runs a study: its models one after another, each over all images and conditions that have no fact yet. */
export async function runStudy(room: StudyRoom, studyId: number, context: JobContext): Promise<void> {
  const { db } = room.workspace
  const study = getStudy(db, studyId)
  const definition = studyDefinition(study.kind)
  const source = sourceOf(study)
  const conditions = storeConditions(db, definition.conditions(study.params), source, definition.groupSize(study.params))
  const images = countImages(db, source)
  if (images === 0) throw new KernelscopeError('DATASET_EMPTY', 'the dataset has no readable image with a label')
  const models = study.modelIds.map((id) => usableModel(db, id))
  for (const model of models) checkLabels(room.workspace, study, model)
  const progress = tracker(context, models.length * images * conditions.length)
  for (const model of models) {
    if (context.signal.aborted) return
    await runModel(room, study, model, { source, conditions, context, progress })
  }
}

interface Run {
  source: ImageSource
  conditions: StoredCondition[]
  context: JobContext
  progress: Tracker
}

async function runModel(room: StudyRoom, study: Study, model: StoredModel, { source, conditions, context, progress }: Run): Promise<void> {
  const { workspace, pool, settings, log } = room
  progress.note(`${model.title}: opening`)
  const classifier = await openClassifier(workspace, model, settings, log)
  const note = `${model.title} on ${classifier.provider.name}, batch ${classifier.batch}`
  log.write('info', `${note}: ${classifier.provider.reason}`)
  progress.note(note)
  try {
    const before = progress.computed()
    const started = performance.now()
    await measure({
      db: workspace.db,
      pool,
      classifier,
      source,
      conditions,
      draws: await drawsOfStudy(workspace, study.params),
      signal: context.signal,
      crashes: progress.moved() ? 0 : context.crashes,
      enterNative: context.enterNative,
      onProgress: progress.add,
    })
    const computed = progress.computed() - before
    if (computed > 0) setVariantBatch(workspace.db, classifier.variant.id, classifier.batch, (performance.now() - started) / 1000 / computed)
  } finally {
    await classifier.close()
  }
}

/** A study on a dataset none of whose classes the model knows would only count everything as wrong. */
function checkLabels({ db }: Workspace, { datasetId }: Study, model: StoredModel): void {
  const dataset = getDataset(db, datasetId)
  const targets = targetsOf(dataset.classes.map(({ name }) => name), { set: model.labelSet, names: model.labels })
  if ([...targets.values()].some((target) => target >= 0)) return
  throw new KernelscopeError('STUDY_LABELS', `no class of ${dataset.title} is among the labels of ${model.title}`)
}

interface Tracker {
  note(text: string): void
  add(step: { computed: number; cached: number; failed: number }): void
  computed(): number
  /** A row was computed or given up in this run. */
  moved(): boolean
}

function tracker({ report }: JobContext, total: number): Tracker {
  const rate = new Rate()
  let progress: JobProgress = { ...noProgress, total }
  let computed = 0
  rate.mark(0)
  return {
    note(text) {
      progress = { ...progress, note: text }
      report(progress)
    },
    add(step) {
      computed += step.computed
      const done = progress.done + step.computed + step.cached + step.failed
      if (step.computed > 0) rate.mark(computed)
      progress = {
        ...progress,
        done,
        failed: progress.failed + step.failed,
        cacheHits: progress.cacheHits + step.cached,
        perSecond: rate.perSecond(),
        secondsLeft: rate.secondsLeft(total - done),
      }
      report(progress)
    },
    computed: () => computed,
    moved: () => computed + progress.failed > 0,
  }
}
