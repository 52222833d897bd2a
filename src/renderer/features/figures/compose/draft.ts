import { useDebounceFn } from '@vueuse/core'
import { shallowRef } from 'vue'
import type { ComposedState, StoredComposition } from '#shared/contract/index.ts'
import type { Composition } from '#shared/figures/compose/index.ts'
import { engine } from '../../../lib/engine/index.ts'

/** Milliseconds from the last change to its save: short enough to appear immediate, long enough to drag a slider. */
const patience = 120

/** Whether the draft is stored, is about to be stored, or could not be stored. */
export type SaveState = 'saved' | 'saving' | 'failed'

interface DraftOptions {
  id: number
  /** False once the figure was removed or another workspace was opened. Then nothing is saved under its id any more. */
  current: () => boolean
  /** Called with errors of saving and of reading the state. */
  report: (thrown: unknown) => void
}

/**
 * A composed figure that is being edited. Changes show at once and are saved automatically, one save after another, so
 * that the last one wins. The draft outlives the view, because steps of the history write to it.
 */
export function figureDraft({ id, current, report }: DraftOptions) {
  const composition = shallowRef<Composition | null>(null)
  const state = shallowRef<ComposedState | null>(null)
  /** Revision of the shown figure; 0 until it is known. */
  const revision = shallowRef(0)
  const saved = shallowRef<SaveState>('saved')

  async function readState(drawn: Composition) {
    const found = await engine.compositions.state({ composition: drawn }).catch(report)
    if (found && composition.value === drawn) state.value = found
  }

  /** Takes over the stored figure, unless there are unsaved changes; then these are saved instead. */
  function take(stored: StoredComposition): void {
    if (saved.value === 'failed') return void retry()
    if (saved.value === 'saving' || stored.revision < revision.value) return
    composition.value = stored.composition
    revision.value = stored.revision
    void readState(stored.composition)
  }

  let turn: Promise<void> = Promise.resolve()
  /** Stores the draft, unless it is stored or a later change will be. */
  function save(): Promise<void> {
    const wanted = composition.value
    const isWanted = () => composition.value === wanted && saved.value === 'saving' && current()
    turn = turn.then(async () => {
      if (!wanted || !isWanted()) return
      try {
        const [stored] = await Promise.all([
          engine.compositions.save({ id, composition: wanted }),
          readState(wanted),
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

  /** Tries again to store what could not be stored. */
  function retry(): Promise<void> {
    saved.value = 'saving'
    return save()
  }

  return { composition, state, revision, saved, take, write, save, retry }
}

export type FigureDraft = ReturnType<typeof figureDraft>
