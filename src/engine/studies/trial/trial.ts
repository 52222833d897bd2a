import { isDeepStrictEqual } from 'node:util'
import type { Preprocessing, PreprocessingTrial, TriedCandidate } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { wilson } from '#shared/maths/wilson.ts'
import { geometryText } from '#shared/preprocessing.ts'
import { getDataset, haveSize, preprocessingFor } from '../../datasets/index.ts'
import { balancedChunks, type StudyImage } from '../../facts/index.ts'
import type { JobContext } from '../../jobs/index.ts'
import {
  geometryCandidates,
  statisticsCandidates,
  storeTrial,
  statisticsTitle,
  targetsOf,
  usableModel,
} from '../../models/index.ts'
import type { RunContext } from '../definition/index.ts'
import { countRight, type Counted } from './countRight.ts'

/** Which images a trial takes, and of what. */
export interface TrialRequest {
  modelId: number
  datasetId: number
  /** Most images; they are balanced over classes. */
  images: number
  seed: number
}

/**
 * Tries candidates for the preprocessing of a model on labelled images and stores how many each gets right. First those
 * that differ in mean and std, then, with the best of them, those that differ in resize, crop and interpolation. What is
 * tried is how the dataset's images would be shown (`preprocessingFor`). A stopped trial stores nothing.
 *
 * @throws STUDY_LABELS where the model knows no class of the images
 * @throws DATASET_EMPTY where there is no labelled image
 * @throws the errors of `usableModel` and `countRight`
 */
export async function tryPreprocessing(
  context: RunContext,
  request: TrialRequest,
  job: JobContext,
): Promise<void> {
  const { db } = context.workspace
  const model = usableModel(db, request.modelId)
  const dataset = getDataset(db, request.datasetId)
  const images = await labelledImages(context, request)
  const targets = targetsOf(
    dataset.classes.map(({ name }) => name),
    { set: model.labelSet, names: model.labels },
  )
  const targetOf = (className: string) => targets.get(className) ?? -1
  const known = images.filter(({ className }) => targetOf(className) >= 0)
  if (images.length === 0)
    throw new KernelscopeError('DATASET_EMPTY', `${dataset.title} has no labelled image that can be read`)
  if (known.length === 0)
    throw new KernelscopeError(
      'STUDY_LABELS',
      `${model.title} knows no class of ${dataset.title}, so no candidate can be judged`,
    )
  const sameSize = haveSize(db, dataset.id, model.preprocessing.size)
  const seen = new Tried((preprocessing) => preprocessingFor(db, dataset.id, { preprocessing }))
  const first = seen.fresh(statisticsCandidates(model.preprocessing))
  // The second group is as large whatever the first gives, but for candidates that both have.
  const expected = first.length + geometryCandidates(model.preprocessing, sameSize).length
  let done = 0
  let failed = 0
  const measure = async (candidates: Preprocessing[]) => {
    for (const preprocessing of candidates) {
      if (job.signal.aborted) return
      const note = `${model.title}: ${statisticsTitle(preprocessing)}, ${geometryText(preprocessing)}`
      job.report({ ...progress, done, failed, total: Math.max(expected * known.length, done), note })
      const shown = preprocessingFor(db, dataset.id, { preprocessing })
      const order = { model, preprocessing: shown, images: known, targetOf, signal: job.signal }
      const found = await countRight(context, order, job)
      done += known.length
      failed += found.failed
      seen.add(preprocessing, found)
    }
  }
  await measure(first)
  const best = seen.rows()[0]
  if (best) await measure(seen.fresh(geometryCandidates(best.preprocessing, sameSize)))
  if (job.signal.aborted) return
  job.report({ ...progress, done, failed, total: done, note: '' })
  const trial: PreprocessingTrial = {
    datasetId: dataset.id,
    dataset: dataset.title,
    labelSet: model.labelSet,
    before: model.preprocessing,
    seed: request.seed,
    classes: new Set(known.map(({ className }) => targetOf(className))).size,
    drawnClasses: new Set(images.map(({ className }) => className)).size,
    provider: seen.provider,
    at: Date.now(),
    candidates: seen.rows(),
  }
  storeTrial(db, model.id, trial)
}

const progress = {
  done: 0,
  total: 0,
  unit: 'images',
  perSecond: null,
  secondsLeft: null,
  note: '',
  cacheHits: 0,
}

async function labelledImages(
  { workspace: { db } }: RunContext,
  { datasetId, seed, images }: TrialRequest,
): Promise<StudyImage[]> {
  for await (const chunk of balancedChunks(db, { datasetId, selectedFor: null }, seed, images)) return chunk
  return []
}

type Show = (preprocessing: Preprocessing) => Preprocessing

/** Collects candidates with their results. Candidates that show images in the same way are tried once. */
class Tried {
  readonly #show: Show
  readonly #rows: { row: TriedCandidate; shown: Preprocessing }[] = []
  readonly #providers = new Set<string>()

  constructor(show: Show) {
    this.#show = show
  }

  /** Leaves out candidates that were tried, or that another before them equals. */
  fresh(candidates: Preprocessing[]): Preprocessing[] {
    const known = this.#rows.map(({ shown }) => shown)
    return candidates.filter((candidate) => {
      const shown = this.#show(candidate)
      if (known.some((one) => isDeepStrictEqual(one, shown))) return false
      known.push(shown)
      return true
    })
  }

  add(preprocessing: Preprocessing, { provider, ...counted }: Counted): void {
    const { images, correct } = counted
    this.#providers.add(provider)
    const interval = images === 0 ? null : wilson(correct, images)
    const row = { title: statisticsTitle(preprocessing), preprocessing, ...counted, interval }
    this.#rows.push({ row, shown: this.#show(preprocessing) })
  }

  /** Where the candidates were computed: one provider, or several where a later one had to fall back. */
  get provider(): string {
    return [...this.#providers].join(', ')
  }

  /** The best first; of equal ones that which was tried first, so that what is set wins a tie. */
  rows(): TriedCandidate[] {
    return this.#rows.map(({ row }) => row).sort((a, b) => b.correct * a.images - a.correct * b.images)
  }
}
