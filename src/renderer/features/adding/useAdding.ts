import type { Dataset, Model } from '#shared/contract/index.ts'
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
  const { attempt } = useProblems()
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
    if (added.length === 1)
      await arrive({ name: 'model-overview', params: { id: first.id } }, `${first.title} added`)
    else await arrive({ name: 'models' }, `${added.length} models added`)
    return added.length
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
