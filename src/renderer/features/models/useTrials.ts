import type { Model } from '#shared/contract/index.ts'
import { engine } from '../../lib/engine/index.ts'
import { plural } from '../../lib/format.ts'
import { useJobsStore } from '../../lib/stores/jobs.ts'
import { useProblems } from '../../ui/useProblems.ts'

/** Queues trials of candidates for the preprocessing of models. */
export function useTrials() {
  const jobs = useJobsStore()
  const { attempt, inform } = useProblems()

  /** @param datasetId the largest dataset whose classes a model knows where it is left out */
  async function begin(rows: readonly Model[], datasetId?: number): Promise<void> {
    const ids = rows.map(({ id }) => id)
    const begun = await attempt(() =>
      engine.models.try({ ids, ...(datasetId === undefined ? {} : { datasetId }) }),
    )
    if (!begun) return
    await attempt(() => jobs.load())
    const left = rows.length - begun.jobs.length
    if (left > 0)
      inform(
        `${plural(left, 'model')} cannot be tried: the workspace has no dataset of classes that are among its labels`,
      )
    if (begun.jobs.length > 0 && datasetId === undefined)
      inform(
        `${plural(begun.jobs.length, 'trial')} queued; results are on the Preprocessing tab of each model`,
      )
  }

  return { begin }
}
