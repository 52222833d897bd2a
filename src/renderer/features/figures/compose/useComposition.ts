import { computed, onScopeDispose, watch } from 'vue'
import type { Composition, FigureStyle, Panel } from '#shared/figures/compose/index.ts'
import { engine } from '../../../lib/engine/index.ts'
import { useFigureDraftsStore } from './figureDraftsStore.ts'
import { useReadOnly } from '../../../lib/useLocked.ts'
import { useHistory } from '../../../lib/useHistory.ts'
import { useProblems } from '../../../ui/useProblems.ts'
import { useResource } from '../../../lib/useResource.ts'

/** A composed figure in a view: its draft, and functions that change it. Each change is one step of the history. */
export function useComposition(id: number) {
  const history = useHistory(`figure/${id}`)
  const { report } = useProblems()
  const readOnly = useReadOnly()
  const draft = useFigureDraftsStore().of(id, report)
  const { data, error, reload } = useResource((signal) => engine.compositions.get({ id }, { signal }))

  watch(data, (stored) => stored && draft.take(stored))
  // The last change is saved without waiting when the view is left.
  onScopeDispose(() => void draft.save())

  /** Replaces the whole figure. Changes with the same `merge` in quick succession are one step. */
  function change(title: string, next: (now: Composition) => Composition, merge?: string) {
    const before = draft.composition.value
    // Keys of panels work on what is no field, too.
    if (!before || readOnly.value !== null) return
    const after = next(before)
    void history.replace(title, before, after, draft.write, merge)
  }

  const setPage = (page: Partial<Composition['page']>) =>
    change('Page', (now) => ({ ...now, page: { ...now.page, ...page } }), `page ${Object.keys(page).join()}`)
  const setStyle = (style: Partial<FigureStyle>) =>
    change(
      'Style',
      (now) => ({ ...now, style: { ...now.style, ...style } }),
      `style ${Object.keys(style).join()}`,
    )
  const setPanel = (panelId: string, panel: Partial<Panel>) =>
    change(
      'Panel',
      (now) => ({
        ...now,
        panels: now.panels.map((own) => (own.id === panelId ? { ...own, ...panel } : own)),
      }),
      `panel ${panelId} ${Object.keys(panel).join()}`,
    )

  return {
    draft: draft.composition,
    state: draft.state,
    revision: draft.revision,
    saved: draft.saved,
    retry: draft.retry,
    error,
    ready: computed(() => draft.composition.value !== null),
    reload,
    change,
    setPage,
    setStyle,
    setPanel,
  }
}
