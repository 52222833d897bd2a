import { useDebounceFn } from '@vueuse/core'
import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { ComposedState } from '#shared/contract/index.ts'
import type { Composition, FigureStyle, Panel } from '#shared/figures/compose/index.ts'
import { engine } from '../engine/index.ts'
import { useHistory } from './useHistory.ts'
import { useProblems } from './useProblems.ts'
import { useResource } from './useResource.ts'

/** A save this long after the last change: short enough to look live, long enough for a slider to be dragged. */
const patience = 120

/**
 * A composed figure that is being edited. Every change is one step of the history, is drawn at once and saved by itself;
 * saves never overtake one another, and the last one wins.
 */
export function useComposition(id: number) {
  const history = useHistory(`figure/${id}`)
  const { report } = useProblems()
  const { data, error, reload } = useResource((signal) => engine.compositions.get({ id }, { signal }))

  const draft = shallowRef<Composition | null>(null)
  const state = shallowRef<ComposedState | null>(null)
  /** Of what is shown; 0 until it is known. */
  const revision = shallowRef(0)
  const saving = shallowRef(false)
  let left = false

  watch(data, (stored) => {
    if (!stored) return
    draft.value = stored.composition
    revision.value = stored.revision
    void look(stored.composition)
  })

  async function look(composition: Composition) {
    const found = await engine.compositions.state({ composition }).catch(report)
    if (found && draft.value === composition) state.value = found
  }

  let turn: Promise<unknown> = Promise.resolve()
  /** Stores what is drafted, unless a later change is about to. */
  function store(): Promise<void> {
    const composition = draft.value
    if (!composition) return Promise.resolve()
    const next = turn.then(async () => {
      if (draft.value !== composition && !left) return
      const [saved] = await Promise.all([engine.compositions.save({ id, composition }), look(composition)])
      if (draft.value !== composition) return
      revision.value = saved.revision
      saving.value = false
    })
    turn = next.catch(report)
    return turn.then(() => undefined)
  }
  const storeSoon = useDebounceFn(store, patience)

  function write(next: Composition) {
    draft.value = next
    saving.value = true
    void storeSoon()
  }
  onScopeDispose(() => {
    left = true
    if (saving.value) void store()
  })

  /** Exchanges the figure as a whole. Changes with the same `merge` that follow quickly are one step. */
  function change(title: string, next: (now: Composition) => Composition, merge?: string) {
    const before = draft.value
    if (!before) return
    const after = next(before)
    void history.replace(title, before, after, write, merge)
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
    draft,
    state,
    revision,
    saving,
    error,
    ready: computed(() => draft.value !== null),
    reload,
    change,
    setPage,
    setStyle,
    setPanel,
  }
}
