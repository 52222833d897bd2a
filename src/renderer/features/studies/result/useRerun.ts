import type { Study } from '#shared/contract/index.ts'
import { engine } from '../../../lib/engine/index.ts'
import { useStudiesStore } from '../../../lib/stores/collections.ts'
import { useJobsStore } from '../../../lib/stores/jobs.ts'
import { useProblems } from '../../../ui/useProblems.ts'

/** Returns a function that queues a study again, to its end and with other models where some are given. */
export function useRerun() {
  const studies = useStudiesStore()
  const jobs = useJobsStore()
  const { attempt } = useProblems()
  return async ({ id }: Pick<Study, 'id'>, modelIds?: number[]): Promise<void> => {
    const next = await attempt(() => engine.studies.rerun({ id, ...(modelIds ? { modelIds } : {}) }))
    if (!next) return
    studies.put(next)
    await attempt(() => jobs.load())
  }
}
