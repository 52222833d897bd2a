import { defineStore } from 'pinia'
import { computed, ref, shallowReactive, shallowRef, watch } from 'vue'
import { useWorkspaceStore } from './workspace.ts'

/** A change that can be undone. Undoing and redoing may call the engine. */
export interface Change {
  /** What was done, as it follows "Undo": "Filter", "Tag 12 images". */
  title: string
  undo: () => void | Promise<void>
  redo: () => void | Promise<void>
  /** Changes with the same key within a second are one step, e.g. while a slider is dragged. */
  merge?: string
}

interface Stacks {
  done: (Change & { at: number })[]
  undone: (Change & { at: number })[]
}

/** Number of steps kept per scope; the oldest are dropped first. */
const kept = 200
const mergeWithin = 1000

/**
 * Undo and redo. Each edited thing has its own scope ("dataset/3", "figure/7") with its own stacks, so that undoing
 * never changes what is not visible. The commands act on the scope on top. A view sets its scope with `useHistory`.
 */
export const useHistoryStore = defineStore('history', () => {
  const scopes = shallowReactive(new Map<string, Stacks>())
  const open = shallowRef<readonly { scope: string; token: symbol }[]>([])
  /** Grows with every change, because the stacks themselves are not reactive. */
  const version = ref(0)
  const busy = ref(false)
  let waiting: Promise<unknown> = Promise.resolve()

  const scope = computed(() => open.value.at(-1)?.scope ?? null)
  const top = (side: keyof Stacks) =>
    computed(() => (void version.value, scopes.get(scope.value ?? '')?.[side].at(-1) ?? null))
  const undoable = top('done')
  const redoable = top('undone')

  function stacksOf(name: string): Stacks {
    const known = scopes.get(name)
    if (known) return known
    const fresh: Stacks = { done: [], undone: [] }
    scopes.set(name, fresh)
    return fresh
  }

  /** Records a change that has been made already. Changes that were undone before it are forgotten. */
  function note(name: string, change: Change, now = Date.now()): void {
    const { done, undone } = stacksOf(name)
    const last = done.at(-1)
    undone.length = 0
    if (last && change.merge !== undefined && change.merge === last.merge && now - last.at < mergeWithin)
      done[done.length - 1] = { ...change, undo: last.undo, at: now }
    else done.push({ ...change, at: now })
    if (done.length > kept) done.shift()
    version.value++
  }

  /** Makes a change and records it, unless making it fails. */
  async function make(name: string, change: Change): Promise<void> {
    await change.redo()
    note(name, change)
  }

  /** Undoes the last change of the open scope. Calls run one after another. A change that cannot be undone stays. */
  const undo = () => inTurn(() => move('done', 'undone', 'undo'))
  /** Makes the last undone change again. */
  const redo = () => inTurn(() => move('undone', 'done', 'redo'))

  async function move(from: keyof Stacks, to: keyof Stacks, way: 'undo' | 'redo'): Promise<Change | null> {
    const stacks = scopes.get(scope.value ?? '')
    const change = stacks?.[from].at(-1)
    if (!stacks || !change) return null
    busy.value = true
    try {
      await change[way]()
      stacks[from].splice(stacks[from].indexOf(change), 1)
      stacks[to].push(change)
      return change
    } finally {
      busy.value = false
      version.value++
    }
  }

  function inTurn<T>(action: () => Promise<T>): Promise<T> {
    const next = waiting.then(action, action)
    waiting = next.catch(() => {})
    return next
  }

  /** Puts a scope on top until the returned function is called. */
  function enter(name: string): () => void {
    const token = Symbol(name)
    open.value = [...open.value, { scope: name, token }]
    return () => (open.value = open.value.filter((entry) => entry.token !== token))
  }

  /** Forgets a scope, e.g. when the edited thing was removed. */
  function forget(name: string): void {
    scopes.delete(name)
    version.value++
  }

  const workspace = useWorkspaceStore()
  watch(
    () => workspace.path,
    () => {
      scopes.clear()
      version.value++
    },
  )

  return { scope, undoable, redoable, busy, note, make, undo, redo, enter, forget }
})
