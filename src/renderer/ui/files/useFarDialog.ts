import { computed, ref, shallowRef, watch } from 'vue'
import type { FileOrder, FolderEntry } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { fileKinds, isMany, ofSsh } from '#shared/fileKinds.ts'
import { engine, toKernelscopeError } from '../../lib/engine/index.ts'
import type { Asked } from '../../lib/stores/choosing.ts'
import { above, asFolder, below, split } from './pathText.ts'
import { useFolder, type FolderView } from './useFolder.ts'

/**
 * What a person does in the dialog on files of the engine's machine. One text is the folder and what is typed of a name in it;
 * the list shows that folder, with the names that begin so.
 *
 * @param asked what is to be chosen
 * @param end is given the chosen paths
 */
export function useFarDialog(asked: Asked, end: (paths: string[]) => void) {
  const text = ref('')
  /** Place of the entry that keys act on; -1 for none. */
  const active = ref(-1)
  const marked = ref<string[]>([])
  const filtered = ref(true)
  const hidden = ref(asked.wants === 'files' && ofSsh(asked.kind))
  const order = ref<FileOrder>('name')
  const down = ref(false)
  const problem = shallowRef<KernelscopeError | null>(null)
  /** The file that would be replaced, once the person was told. */
  const replaced = ref<string | null>(null)

  const many = asked.wants === 'files' && isMany(asked.kind)
  const filter = asked.wants === 'files' ? fileKinds[asked.kind] : null
  const endings = computed(() =>
    asked.wants === 'folder' ? [] : filtered.value ? (filter?.endings ?? null) : null,
  )
  const typed = computed(() => split(text.value))
  const view = computed<FolderView | null>(() =>
    typed.value.folder === ''
      ? null
      : {
          path: typed.value.folder,
          starts: asked.wants === 'save' ? '' : typed.value.name,
          endings: endings.value,
          hidden: hidden.value || typed.value.name.startsWith('.'),
          order: order.value,
          down: down.value,
        },
  )
  const folder = useFolder(() => view.value)
  const current = computed(() => folder.entries.value[active.value] ?? null)
  watch(text, () => {
    active.value = -1
    replaced.value = null
    problem.value = null
  })
  /** What waits for the entries of what is typed: over a long line they come later than the next key. */
  let waiting: ((shown: boolean) => void) | null = null
  function leave(shown: boolean): void {
    waiting?.(shown)
    waiting = null
  }
  /** Resolves to whether the entries are those of what is typed; false where something else was typed meanwhile. */
  async function shown(): Promise<boolean> {
    if (folder.upToDate.value) return true
    leave(false)
    return folder.error.value === null && new Promise((resolve) => (waiting = resolve))
  }
  watch(text, () => leave(false), { flush: 'sync' })
  watch([folder.upToDate, folder.error], ([now, failed]) => void ((now || failed) && leave(now)))

  let wanted = asked.wants === 'look' ? split(asked.path).name : ''
  watch(folder.entries, (entries) => {
    if (wanted === '') return
    active.value = entries.findIndex(({ name }) => name === wanted)
    if (active.value >= 0 || folder.isWhole.value) wanted = ''
    else folder.more()
  })

  /** Goes to a folder. The name of a file that is to be written stays. */
  function go(path: string): void {
    text.value = asFolder(path) + (asked.wants === 'save' ? typed.value.name : '')
    folder.error.value = null
  }
  const up = () => go(above(folder.path.value || typed.value.folder))
  const pathOf = (entry: FolderEntry) => below(folder.path.value, entry.name)

  function open(entry: FolderEntry): void {
    if (entry.nameless || entry.kind === 'missing' || entry.kind === 'other') return
    if (entry.kind === 'folder') go(pathOf(entry))
    else if (asked.wants === 'save') text.value = pathOf(entry)
    else if (asked.wants === 'files') end([pathOf(entry)])
  }
  function mark(entry: FolderEntry): void {
    if (!many || entry.kind !== 'file' || entry.nameless) return
    const path = pathOf(entry)
    marked.value = marked.value.includes(path)
      ? marked.value.filter((other) => other !== path)
      : [...marked.value, path]
  }
  function move(by: number): void {
    const last = folder.entries.value.length - 1
    active.value = Math.max(Math.min(0, last), Math.min(last, active.value + by))
  }
  /**
   * Completes what is typed with the entry that keys act on, or the first, as soon as it is there. Returns false where there is
   * none.
   */
  function complete(): boolean {
    if (!current.value && !folder.upToDate.value) {
      void shown().then((now) => now && complete())
      return typed.value.name !== ''
    }
    const entry = current.value ?? folder.entries.value[0]
    if (!entry || entry.nameless || (typed.value.name === '' && !current.value)) return false
    text.value = pathOf(entry) + (entry.kind === 'folder' ? '/' : '')
    return true
  }

  /** What the button chooses now; null where there is nothing. */
  const choice = computed<string[] | null>(() => {
    const named = current.value ?? folder.entries.value.find(({ name }) => name === typed.value.name) ?? null
    if (asked.wants === 'look' || folder.path.value === '' || !folder.upToDate.value) return null
    if (asked.wants === 'save')
      return typed.value.name.trim() === '' ? null : [below(folder.path.value, typed.value.name)]
    if (asked.wants === 'folder')
      return named?.kind === 'folder' ? [pathOf(named)] : typed.value.name === '' ? [folder.path.value] : null
    if (marked.value.length > 0) return marked.value
    return named?.kind === 'file' && !named.nameless ? [pathOf(named)] : null
  })

  async function choose(): Promise<void> {
    if (!(await shown())) return
    const [path] = choice.value ?? []
    if (path === undefined || choice.value === null) return
    if (asked.wants !== 'save' || replaced.value === path) return end(choice.value)
    try {
      const there = await found(path)
      if (there === null) end([path])
      else if (there.kind === 'folder') go(path)
      else replaced.value = path
    } catch (thrown) {
      problem.value = toKernelscopeError(thrown)
    }
  }
  async function found(path: string): Promise<FolderEntry | null> {
    const { folder: within, name } = split(path)
    const { entries } = await engine.files.list({ path: within, starts: name, hidden: true })
    return entries.find((entry) => entry.name === name) ?? null
  }
  /** Enter: what keys act on is opened; without it, what is typed. */
  async function enter(): Promise<void> {
    if (current.value) return open(current.value)
    if (!(await shown())) return
    const named = folder.entries.value.find(({ name }) => name === typed.value.name)
    if (named?.kind === 'folder' && asked.wants !== 'folder') go(pathOf(named))
    else await choose()
  }
  async function makeFolder(name: string): Promise<boolean> {
    try {
      go((await engine.files.makeFolder({ path: below(folder.path.value, name) })).path)
      return true
    } catch (thrown) {
      problem.value = toKernelscopeError(thrown)
      return false
    }
  }

  return {
    ...{ text, active, current, marked, filtered, hidden, order, down, problem, replaced },
    ...{ many, filter, folder, typed, choice },
    ...{ go, up, open, mark, move, complete, choose, enter, makeFolder, pathOf },
  }
}

export type FarDialog = ReturnType<typeof useFarDialog>
