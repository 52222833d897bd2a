import type { Dataset, Model } from '#shared/contract/index.ts'
import { isAssumed } from '#shared/preprocessing.ts'
import { engine } from '../../lib/engine/index.ts'
import { plural } from '../../lib/format.ts'
import { useDatasetsStore, useModelsStore } from '../../lib/stores/collections.ts'
import { useJobsStore } from '../../lib/stores/jobs.ts'
import { useRecentStore } from '../../lib/stores/recent.ts'
import { useArrival } from '../../ui/useArrival.ts'
import { useProblems } from '../../ui/useProblems.ts'

/** Adds models and datasets to the workspace, then leads to what was added. */
export function useAdding() {
  const models = useModelsStore()
  const datasets = useDatasetsStore()
  const jobs = useJobsStore()
  const recent = useRecentStore()
  const { attempt, inform } = useProblems()
  const depart = useArrival()

  /** Adds each file. A refused file is reported, and the others are still added. Returns the number of added models. */
  async function addModels(paths: readonly string[]): Promise<number> {
    const arrive = depart()
    const added: Model[] = []
    for (const path of paths) {
      const model = await attempt(() => models.add(path))
      if (!model) continue
      added.push(model)
      recent.added('models', path)
    }
    const [first] = added
    if (!first) return 0
    await tryAssumed(added)
    if (added.length === 1)
      await arrive({ name: 'model-overview', params: { id: first.id } }, `${first.title} added`)
    else await arrive({ name: 'models' }, `${added.length} models added`)
    return added.length
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

  /** Adds a folder of images; undefined where the folder was refused. */
  async function addDataset(
    path: string,
    options: { title?: string; labels?: string } = {},
  ): Promise<Dataset | undefined> {
    const arrive = depart()
    const dataset = await attempt(() => datasets.add(path, options))
    if (!dataset) return undefined
    recent.added('datasets', path)
    await attempt(() => jobs.load())
    await arrive({ name: 'dataset', params: { id: dataset.id } }, `${dataset.title} added`)
    return dataset
  }

  return { addModels, addDataset }
}
