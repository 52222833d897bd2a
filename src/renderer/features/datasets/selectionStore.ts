import { defineStore } from 'pinia'
import { shallowReactive, watch } from 'vue'
import { nothing, sameSelection, type Selection } from './grid/selection.ts'
import { useHistoryStore } from '../../lib/stores/history.ts'
import { useWorkspaceStore } from '../../lib/stores/workspace.ts'

/** The selection of each dataset, which the grid, the image page and the confusion matrix share. */
export const useSelectionStore = defineStore('selection', () => {
  const chosen = shallowReactive(new Map<number, Selection>())
  const history = useHistoryStore()

  const of = (datasetId: number): Selection => chosen.get(datasetId) ?? nothing

  /** Sets a selection and makes it undoable. Choices in quick succession are one step. */
  function set(datasetId: number, next: Selection): void {
    const before = of(datasetId)
    if (sameSelection(before, next)) return
    chosen.set(datasetId, next)
    history.note(`dataset/${datasetId}`, {
      title: 'Selection',
      merge: 'selection',
      undo: () => void chosen.set(datasetId, before),
      redo: () => void chosen.set(datasetId, next),
    })
  }

  const workspace = useWorkspaceStore()
  watch(
    () => workspace.path,
    () => chosen.clear(),
  )
  return { of, set }
})
