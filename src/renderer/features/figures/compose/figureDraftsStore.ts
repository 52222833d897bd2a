import { defineStore } from 'pinia'
import { watch } from 'vue'
import { figureDraft, type FigureDraft } from './draft.ts'
import { useHistoryStore } from '../../../lib/stores/history.ts'
import { useWorkspaceStore } from '../../../lib/stores/workspace.ts'

/** The edited figures of the open workspace by id. There is one draft per figure, whichever view shows it. */
export const useFigureDraftsStore = defineStore('figureDrafts', () => {
  const drafts = new Map<number, FigureDraft>()
  const history = useHistoryStore()
  const workspace = useWorkspaceStore()

  /** The draft of a figure. `report` is called with errors of its saves. */
  function of(id: number, report: (thrown: unknown) => void): FigureDraft {
    const known = drafts.get(id)
    if (known) return known
    const { path } = workspace
    const draft: FigureDraft = figureDraft({
      id,
      current: () => workspace.path === path && drafts.get(id) === draft,
      report,
    })
    drafts.set(id, draft)
    return draft
  }

  /** Forgets a removed figure and its changes. */
  function forget(id: number): void {
    drafts.delete(id)
    history.forget(`figure/${id}`)
  }

  watch(
    () => workspace.path,
    () => drafts.clear(),
    { flush: 'sync' },
  )
  return { of, forget }
})
