import { engine } from '../lib/engine/index.ts'
import { useDatasetsStore, useModelsStore, useStudiesStore, type Removal } from '../lib/stores/collections.ts'
import { useJobsStore } from '../lib/stores/jobs.ts'
import { useProblems } from './useProblems.ts'

/** How long something can be undone from its message. */
export const undoableMs = 15_000

/** Says what was removed, and offers to take it back. */
export function useRemoval() {
  const models = useModelsStore()
  const datasets = useDatasetsStore()
  const studies = useStudiesStore()
  const jobs = useJobsStore()
  const { attempt, inform } = useProblems()

  /** Reads the lists again: studies go with their dataset and lose removed models, jobs go with what they work on. */
  const reload = () =>
    attempt(() => Promise.all([models.load(), datasets.load(), studies.load(), jobs.load()]))

  /** Brings removals back, the last first. */
  async function undo(removals: readonly Removal[]): Promise<void> {
    for (const { removalId } of removals.toReversed())
      await attempt(() => engine.workspace.undoRemoval({ removalId }))
    await reload()
  }

  /**
   * @param what what was removed, e.g. "3 models"
   * @param undone is called after the removals were taken back
   */
  function told(what: string, removals: readonly Removal[], undone?: () => unknown): void {
    if (removals.length === 0) return
    void reload()
    inform(
      `${what} removed`,
      undefined,
      [{ label: 'Undo', onClick: () => void undo(removals).then(() => undone?.()) }],
      undoableMs,
    )
  }
  return { told }
}
