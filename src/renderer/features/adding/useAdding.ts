import type { CheckpointChoice, Model } from '#shared/contract/index.ts'
import { isAssumed } from '#shared/preprocessing.ts'
import { engine } from '../../lib/engine/index.ts'
import { plural } from '../../lib/format.ts'
import { useDatasetsStore, useModelsStore } from '../../lib/stores/collections.ts'
import { useJobsStore } from '../../lib/stores/jobs.ts'
import { useRecentStore } from '../../lib/stores/recent.ts'
import { useArrival } from '../../ui/useArrival.ts'
import { useProblems } from '../../ui/useProblems.ts'
import { useUndoAdding, type Added } from './useUndoAdding.ts'

/** What a dataset is added with. */
interface DatasetOptions {
  title?: string
  labels?: string
  /** Lets a packed archive be unpacked into the workspace. */
  unpack?: boolean
}

/** Adds models and datasets to the workspace, then leads to what was added. */
export function useAdding() {
  const models = useModelsStore()
  const datasets = useDatasetsStore()
  const jobs = useJobsStore()
  const recent = useRecentStore()
  const { attempt, inform } = useProblems()
  const depart = useArrival()
  const offerUndo = useUndoAdding()

  /** Begins to add several things. `end` leads to them; the other two throw where something is refused. */
  function begin() {
    const arrive = depart()
    const added: Added = { models: [], datasets: [] }
    const before = [models, datasets].map(({ rows }) => new Set(rows.map(({ id }) => id)))
    /** What was not in the workspace before. */
    const fresh = (): Added => ({
      models: added.models.filter(({ id }) => before[0]?.has(id) !== true),
      datasets: added.datasets.filter(({ id }) => before[1]?.has(id) !== true),
    })
    return {
      async model(path: string, choice?: CheckpointChoice): Promise<void> {
        added.models.push(await models.add(path, choice ? { choice } : {}))
        recent.added('models', path)
      },
      async dataset(path: string, options: DatasetOptions = {}): Promise<void> {
        added.datasets.push(await datasets.add(path, options))
        recent.added('datasets', path)
      },
      /**
       * @param undo whether the person is told what was added, and can take it back in one step
       * @returns how many were added
       */
      async end({ undo = false } = {}): Promise<number> {
        await tryAssumed(added.models)
        if (added.datasets.length > 0) await attempt(() => jobs.load())
        const place = placeOf(added)
        if (!place) return 0
        const [news, words] = [fresh(), `${place.what} added`]
        const isNew = undo && news.models.length + news.datasets.length > 0
        const arrived = await arrive(place.to, isNew ? undefined : words)
        if (isNew) offerUndo(news, placeOf(news)?.what ?? '', arrived ? null : place.to)
        return added.models.length + added.datasets.length
      },
    }
  }

  /** Adds each file. A refused file is reported, and the others are still added. Returns the number of added models. */
  async function addModels(paths: readonly string[]): Promise<number> {
    const adding = begin()
    for (const path of paths) await attempt(() => adding.model(path))
    return adding.end()
  }

  /** Adds a folder of images or an archive. Returns whether it was added; a refusal is reported. */
  async function addDataset(path: string, options: DatasetOptions = {}): Promise<boolean> {
    const adding = begin()
    await attempt(() => adding.dataset(path, options))
    return (await adding.end()) > 0
  }

  /** A guessed preprocessing is tried at once, where there are labelled images; otherwise its mark stays. */
  async function tryAssumed(added: readonly Model[]): Promise<void> {
    const ids = added.filter(isAssumed).map(({ id }) => id)
    if (ids.length === 0) return
    const begun = await attempt(() => engine.models.try({ ids }))
    if (!begun?.jobs.length) return
    await attempt(() => jobs.load())
    inform(
      `The preprocessing of ${plural(begun.jobs.length, 'model')} is a guess: candidates are tried on labelled images`,
    )
  }

  return { begin, addModels, addDataset }
}

/** The page that shows what was added, and words for it. */
function placeOf({ models, datasets }: Added) {
  const [model] = models
  const [dataset] = datasets
  if (!model && !dataset) return null
  if (model && models.length === 1 && !dataset)
    return { to: { name: 'model-overview', params: { id: model.id } }, what: model.title }
  if (dataset && datasets.length === 1 && !model)
    return { to: { name: 'dataset', params: { id: dataset.id } }, what: dataset.title }
  const what = [
    ...(model ? [plural(models.length, 'model')] : []),
    ...(dataset ? [plural(datasets.length, 'dataset')] : []),
  ].join(' and ')
  return { to: { name: model ? 'models' : 'datasets' }, what }
}
