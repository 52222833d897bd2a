import { useDebounceFn } from '@vueuse/core'
import { shallowRef } from 'vue'
import type { ComposedState, StoredComposition } from '#shared/contract/index.ts'
import type { Composition } from '#shared/figures/compose/index.ts'
import { engine } from '../../../lib/engine/index.ts'

/** A save this long after the last change: short enough to look live, long enough for a slider to be dragged. */
const patience = 120

/** Whether what is drafted is stored, is about to be, or could not be. */
export type SaveState = 'saved' | 'saving' | 'failed'

interface DraftOptions {
  id: number
  /** False once the figure was removed or another workspace was opened: nothing is saved by its number any more. */
  current: () => boolean
  /** Told of saves and looks that failed. */
  report: (thrown: unknown) => void
}

/**
 * A composed figure that is being edited, drawn at once and saved by itself. Saves never overtake one another, and the
 * last one wins. It outlives the view, as the steps of the history that write to it do.
 */
export function figureDraft({ id, current, report }: DraftOptions) {
  const composition = shallowRef<Composition | null>(null)
  const state = shallowRef<ComposedState | null>(null)
  /** Of what is shown; 0 until it is known. */
  const revision = shallowRef(0)
  const saved = shallowRef<SaveState>('saved')

  async function look(drawn: Composition) {
    const found = await engine.compositions.state({ composition: drawn }).catch(report)
    if (found && composition.value === drawn) state.value = found
  }

  /** Takes over what is stored, unless there are changes here that are not: those are saved instead. */
  function take(stored: StoredComposition): void {
    if (saved.value === 'failed') return void retry()
    if (saved.value === 'saving' || stored.revision < revision.value) return
    composition.value = stored.composition
    revision.value = stored.revision
    void look(stored.composition)
  }

  let turn: Promise<void> = Promise.resolve()
  /** Stores what is drafted, unless it is stored or a later change is about to be. */
  function save(): Promise<void> {
    const wanted = composition.value
    const isWanted = () => composition.value === wanted && saved.value === 'saving' && current()
    turn = turn.then(async () => {
      if (!wanted || !isWanted()) return
      try {
        const [stored] = await Promise.all([
          engine.compositions.save({ id, composition: wanted }),
          look(wanted),
        ])
        if (!isWanted()) return
        revision.value = stored.revision
        saved.value = 'saved'
      } catch (thrown) {
        if (!isWanted()) return
        saved.value = 'failed'
        report(thrown)
      }
    })
    return turn
  }
  const saveSoon = useDebounceFn(save, patience)

  function write(next: Composition): void {
    composition.value = next
    saved.value = 'saving'
    void saveSoon()
  }

  /** Saves again what could not be saved. */
  function retry(): Promise<void> {
    saved.value = 'saving'
    return save()
  }

  return { composition, state, revision, saved, take, write, save, retry }
}

export type FigureDraft = ReturnType<typeof figureDraft>
