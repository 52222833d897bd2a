import { computed, onScopeDispose, ref, shallowRef, watch } from 'vue'
import type { FileOrder, FolderEntry } from '#shared/contract/index.ts'
import type { KernelscopeError } from '#shared/errors.ts'
import { engine, isAbort, toKernelscopeError } from '../../lib/engine/index.ts'

/** What is shown of a folder. */
export interface FolderView {
  path: string
  starts: string
  endings: readonly string[] | null
  hidden: boolean
  order: FileOrder
  down: boolean
}

/** Typing goes on for this long before the folder is asked, in milliseconds. */
const typingMs = 90

/**
 * The entries of a folder of the engine's machine, page by page. While another view is loaded, the last one stays.
 *
 * @param view null where there is nothing to show yet
 */
export function useFolder(view: () => FolderView | null) {
  const entries = shallowRef<readonly FolderEntry[]>([])
  /** The whole path of the folder that is shown. */
  const path = ref('')
  const total = ref(0)
  const hidden = ref(0)
  const whole = ref(true)
  const error = shallowRef<KernelscopeError | null>(null)
  const pending = ref(false)
  const shown = shallowRef<FolderView | null>(null)
  let controller = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined

  async function load(from: number): Promise<void> {
    const asked = from === 0 ? view() : shown.value
    if (!asked) return
    controller.abort()
    const own = (controller = new AbortController())
    pending.value = true
    try {
      const { endings, ...rest } = asked
      const page = await engine.files.list(
        { ...rest, endings: endings && [...endings], from },
        { signal: own.signal },
      )
      if (own.signal.aborted) return
      // A folder may change between two pages: what is there already is not shown twice.
      const known = new Set(from === 0 ? [] : entries.value.map(({ name }) => name))
      const news = page.entries.filter(({ name }) => !known.has(name))
      entries.value = from === 0 ? news : [...entries.value, ...news]
      // Nothing new comes where the other end repeats itself: then that was all.
      total.value = news.length === 0 ? entries.value.length : Math.max(page.total, entries.value.length)
      path.value = page.path
      hidden.value = page.hidden
      whole.value = page.whole
      error.value = null
      shown.value = asked
    } catch (thrown) {
      if (own.signal.aborted || isAbort(thrown)) return
      error.value = toKernelscopeError(thrown)
      entries.value = []
      total.value = 0
    } finally {
      if (controller === own) pending.value = false
    }
  }

  /** Loads the next page, where there is one and nothing else is loaded. */
  function more(): void {
    if (!pending.value && !error.value && entries.value.length < total.value) void load(entries.value.length)
  }

  watch(
    view,
    (now, last) => {
      clearTimeout(timer)
      if (!now) return
      const typed = last && now.path === last.path && now.starts !== last.starts
      if (typed) timer = setTimeout(() => void load(0), typingMs)
      else void load(0)
    },
    { immediate: true, deep: true },
  )
  onScopeDispose(() => {
    clearTimeout(timer)
    controller.abort()
  })

  return {
    entries,
    path,
    total,
    hidden,
    whole,
    error,
    pending,
    more,
    reload: () => load(0),
    isWhole: computed(() => entries.value.length >= total.value),
    /** Whether what is shown is of this folder and beginning, and not of what was typed before. */
    upToDate: computed(() => {
      const [now, wanted] = [shown.value, view()]
      return now !== null && now.path === wanted?.path && now.starts === wanted.starts
    }),
  }
}
