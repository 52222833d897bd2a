import { onScopeDispose, toValue, watch, type MaybeRefOrGetter } from 'vue'
import { useHistoryStore, type Change } from './stores/history.ts'

/**
 * Undo and redo for what a view edits. While the calling component lives, the undo and redo commands act on `scope`.
 *
 * `note` records a change that was made already; `make` makes a change. `replace` is for state that is replaced as a
 * whole: it writes `next` and records the previous state.
 */
export function useHistory(scope: MaybeRefOrGetter<string>) {
  const history = useHistoryStore()
  let leave = () => {}
  watch(
    () => toValue(scope),
    (name) => {
      leave()
      leave = history.enter(name)
    },
    { immediate: true },
  )
  onScopeDispose(() => leave())

  const note = (change: Change) => history.note(toValue(scope), change)
  const make = (change: Change) => history.make(toValue(scope), change)

  function replace<T>(
    title: string,
    before: T,
    next: T,
    write: (value: T) => void | Promise<void>,
    merge?: string,
  ): Promise<void> {
    const change = { title, undo: () => write(before), redo: () => write(next) }
    return make(merge === undefined ? change : { ...change, merge })
  }

  return { note, make, replace }
}
