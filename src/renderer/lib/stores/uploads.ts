import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef } from 'vue'
import { engine } from '../engine/index.ts'
import type { LocalItem } from '../carrying/localFiles.ts'
import { uploadAll, type UploadProblem, type UploadProgress } from '../carrying/uploadAll.ts'
import { useEngineStore } from './engine.ts'

/** Files of this computer that a person gave to an engine on another one: the sheet that asks, and the upload. */
export const useUploadsStore = defineStore('uploads', () => {
  const engineStore = useEngineStore()
  const items = shallowRef<readonly LocalItem[] | null>(null)
  const folder = ref('')
  const plan = shallowRef<{ folder: string; free: number; there: string[] } | null>(null)
  const progress = shallowRef<UploadProgress | null>(null)
  const running = ref(false)
  /** Files that were refused, once the upload has ended. */
  const problems = shallowRef<readonly UploadProblem[]>([])
  /** Where uploads went last, by machine. */
  const places = useLocalStorage<Record<string, string>>('kernelscope.uploadFolders', {})
  let stopping = new AbortController()
  let answer: (paths: string[]) => void = () => undefined

  const all = computed(() => items.value?.flatMap(({ files }) => files) ?? [])
  const bytes = computed(() => items.value?.reduce((sum, item) => sum + item.bytes, 0) ?? 0)

  /**
   * Asks whether and where to upload, and does so.
   *
   * @returns the paths of the items on the engine's machine; none where the person thought better of it
   */
  async function ask(given: readonly LocalItem[]): Promise<string[]> {
    if (given.length === 0) return []
    end([])
    const { promise, resolve } = Promise.withResolvers<string[]>()
    answer = resolve
    items.value = given
    problems.value = []
    plan.value = null
    const known = places.value[engineStore.host ?? '']
    folder.value = known ?? `${(await engine.files.places()).home.replace(/\/$/, '')}/kernelscope`
    return promise
  }

  /** Finds out what is in the folder, and how much room there is. */
  async function look(signal?: AbortSignal): Promise<void> {
    const names = items.value?.map(({ name }) => name) ?? []
    plan.value = await engine.files.upload.plan({ folder: folder.value, names }, signal ? { signal } : {})
  }

  /** Throws where it cannot begin. Files that are refused are in `problems`; without any, the sheet ends. */
  async function start(): Promise<void> {
    const own = (stopping = new AbortController())
    running.value = true
    problems.value = []
    progress.value = { files: 0, bytes: 0, perSecond: null }
    try {
      const told = (now: UploadProgress) => void (progress.value = now)
      problems.value = await uploadAll(all.value, folder.value, { signal: own.signal, told })
      places.value = { ...places.value, [engineStore.host ?? '']: folder.value }
      if (problems.value.length === 0) finish()
    } catch (thrown) {
      if (!own.signal.aborted) throw thrown
    } finally {
      running.value = false
      progress.value = null
    }
  }

  const stop = () => stopping.abort()
  const whole = (name: string) => `${(plan.value?.folder ?? folder.value).replace(/\/$/, '')}/${name}`
  /** Goes on with what was uploaded. A single file that was refused is left out. */
  function finish(): void {
    const refused = new Set(problems.value.map(({ name }) => name))
    end((items.value ?? []).flatMap(({ name }) => (refused.has(name) ? [] : [whole(name)])))
  }

  function end(paths: string[]): void {
    stop()
    items.value = null
    answer(paths)
    answer = () => undefined
  }

  return { items, folder, plan, progress, running, problems, all, bytes, ask, look, start, stop, finish, end }
})
