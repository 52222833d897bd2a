import { setTimeout as delay } from 'node:timers/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { getDataset } from '../../datasets/index.ts'
import { bySource, countImages, wholeOrder, type StoredCondition, type Stretch } from '../../facts/index.ts'
import { tellingSteps } from '../../base/steps.ts'
import type { JobContext } from '../../jobs/index.ts'
import { acceptTouched, weightsText } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import {
  fitsKept,
  keptSessions,
  tracker,
  type MeasureContext,
  type RunContext,
  type Tracker,
} from '../definition/index.ts'
import { answerWeights } from '../measure/work.ts'
import { measureGrid } from '../measure/grid.ts'
import { checkLabels } from '../store/labels.ts'
import { orderSeed, planRun, type PlannedModel, type StudyPlan } from '../store/plan.ts'
import { getStudy } from '../store/store.ts'
import { leastMeasured, stopping, type Stopping } from './stopping.ts'
import { modelTime, oneStretch, stretches, type Stretches } from './stretches.ts'

/** A study begins this long after it was started, since its planning holds up the answer to whoever has queued it. */
const answersFirstMs = 20

/** A part of a study: some conditions of one model over a stretch of the order of images. */
export interface Portion {
  /** Id of the model as the study shows it (`shownId`). */
  modelId: number
  /** Places among the model's conditions: from the first up to the second, which is left out. */
  conditions: readonly [number, number]
  stretch: Stretch
}

/**
 * Runs a study over all images and conditions without a fact, stretch by stretch of the order of images, each stretch of
 * one model after another, until all is measured or what the job waits for has come.
 *
 * @param portion only this part of it, in one stretch
 * @throws DATASET_EMPTY where no image can be measured
 * @throws STUDY_LABELS where a model cannot tell the true classes of the images
 * @throws STUDY_PARAMS where draws to replay do not fit the models or images
 */
export async function runStudy(
  context: RunContext,
  studyId: number,
  job: JobContext,
  portion?: Portion,
): Promise<void> {
  await delay(answersFirstMs)
  if (job.signal.aborted) return
  const { db } = context.workspace
  for (const modelId of getStudy(db, studyId).modelIds) await acceptTouched(db, modelId, job.signal)
  if (job.signal.aborted) return
  const plan = planRun(db, studyId)
  const { study, definition, source, images } = plan
  const models = portion ? modelsOf(plan, portion) : plan.models
  const all = plan.models.map(({ model }) => model)
  const onImages = models.filter(({ conditions }) => conditions.length > 0)
  const imagesIn = bySource((of) => countImages(db, of))
  const sizes = new Map<StoredCondition, number>()
  let work = 0
  for (const { model, conditions } of onImages)
    for (const [stored, weight] of answerWeights(definition.work, model, conditions)) {
      const size = within(imagesIn(stored.source), portion?.stretch ?? wholeOrder)
      sizes.set(stored, size)
      work += size * weight
    }
  if (onImages.length > 0 && images === 0 && !portion)
    throw new KernelscopeError('DATASET_EMPTY', 'the dataset has no readable image with a label')
  checkLabels(db, plan, models)
  await definition.fits?.(study.params, { workspace: context.workspace, models: plan.models, source })
  const progress = tracker(
    job,
    [...sizes.values()].reduce((total, size) => total + size, 0),
    work,
  )
  const { until } = job.job
  const stop = stopping(db, until, models, orderSeed(study))
  const sessions = keptSessions()
  try {
    const signal = AbortSignal.any([job.signal, stop.signal])
    const run = {
      ...context,
      models,
      all,
      source,
      order: orderSeed(study),
      sessions,
      job: { ...job, signal },
    }
    const longest = Math.max(0, ...sizes.values())
    const parts = portion
      ? oneStretch(portion.stretch)
      : cut(context.workspace.db, { study, models, longest }, until !== undefined)
    const told = weightsText(models.map(({ model }) => model))
    await tellingSteps(
      (step) => progress.note(told(step)),
      () => inStretches(run, { study, definition, longest }, parts, progress, stop),
    )
    const reason = stop.reason()
    if (reason && !job.signal.aborted) progress.stopped(reason)
  } finally {
    stop.close()
    await sessions.close()
  }
}

/** Images of a stretch of a study that may stop after it, at least. */
const leastToStop = 32

type Run = Omit<MeasureContext, 'model' | 'models' | 'conditions' | 'progress' | 'stretch' | 'whole'> & {
  models: readonly PlannedModel<StoredCondition>[]
  /** All models of the study. */
  all: MeasureContext['models']
}

/** The model of a portion with its conditions. */
const modelsOf = ({ models }: StudyPlan<StoredCondition>, { modelId, conditions }: Portion) =>
  models
    .filter(({ model }) => model.id === modelId)
    .map((planned) => ({ ...planned, conditions: planned.conditions.slice(...conditions) }))

/** How many of `images` places of an order lie in a stretch. */
const within = (images: number, { from, to }: Stretch): number => Math.max(0, Math.min(images, to) - from)

/** Studies of fewer images, whose sessions stay open, go through their models in so many stretches; others in longer ones. */
const smallStudy = 2048
const roundsOfSmall = 8
/** Sessions of a model that is attacked: its own graph, the one that takes floats, and the attack, which has two. */
const mostOfModel = 4

/** Whether all sessions of a run, of graphs that are not changed, can stay open from stretch to stretch. */
function staysOpen(models: readonly PlannedModel<StoredCondition>[]): boolean {
  const attacked = models.some(({ conditions }) =>
    conditions.some(({ parts }) => parts.some(({ transform }) => transform.op === 'attack')),
  )
  const each = attacked ? mostOfModel : 1
  const bytes = models.reduce((sum, { model }) => sum + model.bytes, 0)
  return fitsKept(each * models.length, each * bytes)
}

/** Cuts the order of a study's images: into short stretches where it may stop between them. */
function cut(
  db: Db,
  { study, models, longest }: Pick<StudyPlan<StoredCondition>, 'study' | 'models'> & { longest: number },
  stops: boolean,
): Stretches {
  const changed = models.some(({ conditions }) => conditions.some(({ condition }) => condition.rewrite))
  const alone = longest === 0 || (models.length === 1 && !changed)
  const classes = study.datasetId === null ? 0 : getDataset(db, study.datasetId).classes.length
  const short = Math.max(leastToStop, classes)
  const least = stops
    ? short
    : longest < smallStudy && !changed && staysOpen(models)
      ? Math.max(short, Math.ceil(longest / roundsOfSmall))
      : null
  return stretches(longest, alone ? 0 : leastMeasured(db, models), least, alone)
}

/** Measures the models stretch by stretch of the order of images, each stretch of all models. */
async function inStretches(
  { models, all, ...run }: Run,
  { study, definition, longest }: Pick<StudyPlan, 'study' | 'definition'> & { longest: number },
  parts: Stretches,
  progress: Tracker,
  stop: Stopping,
): Promise<void> {
  const whole = new Set<StoredCondition>()
  for (let stretch = parts.next() ?? wholeOrder; ;) {
    const started = performance.now()
    run.sessions.again = stretch.to !== Infinity
    let opening = 0
    for (const { model, conditions } of models) {
      if (run.job.signal.aborted) return
      const time = modelTime()
      const add: Tracker['add'] = (step) => {
        time.add(step.computed ?? 0)
        progress.add(step)
        stop.moved()
      }
      const own = { ...run, model, models: all, conditions, stretch, whole, progress: { ...progress, add } }
      await (definition.measure
        ? definition.measure(own, study.params)
        : measureGrid(own, definition.sessions))
      opening += time.opening()
    }
    await stop.look()
    if (run.job.signal.aborted) return
    const images = Math.min(stretch.to, longest) - stretch.from
    parts.took({ images, opening, all: (performance.now() - started) / 1000 })
    const next = parts.next()
    if (!next) return
    stretch = next
  }
}
