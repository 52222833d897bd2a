import { useRouter, type RouteLocationRaw } from 'vue-router'
import type { Dataset, Model } from '#shared/contract/index.ts'
import { useDatasetsStore, useModelsStore, type Removal } from '../../lib/stores/collections.ts'
import { useProblems } from '../../ui/useProblems.ts'
import { undoableMs, useRemoval } from '../../ui/useRemoval.ts'

/** What was added to the workspace. */
export interface Added {
  models: Model[]
  datasets: Dataset[]
}

/** Says what was added, and offers to take it back in one step. */
export function useUndoAdding() {
  const models = useModelsStore()
  const datasets = useDatasetsStore()
  const router = useRouter()
  const { attempt, inform } = useProblems()
  const { told } = useRemoval()

  /** Removes what was added. That can be undone in its turn. */
  async function undo(added: Added, what: string, list: RouteLocationRaw): Promise<void> {
    const removals: Removal[] = []
    // A page of what is removed would find nothing.
    await router.push(list)
    const remove = async (removing: () => Promise<Removal>) => {
      const removal = await attempt(removing)
      if (removal) removals.push(removal)
    }
    for (const { id } of added.datasets) await remove(() => datasets.remove(id))
    for (const { id } of added.models) await remove(() => models.remove(id))
    told(what, removals)
  }

  /**
   * @param added what was not in the workspace before
   * @param what in words, e.g. "2 models and 1 dataset"
   * @param to page that shows it, where the person has gone elsewhere
   */
  return (added: Added, what: string, to: RouteLocationRaw | null): void => {
    const list = { name: added.models.length > 0 ? 'models' : 'datasets' }
    const open = to === null ? [] : [{ label: 'Open', onClick: () => void router.push(to) }]
    const actions = [...open, { label: 'Undo', onClick: () => void undo(added, what, list) }]
    inform(`${what} added`, undefined, actions, undoableMs)
  }
}
