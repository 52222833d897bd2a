import { useLocalStorage } from '@vueuse/core'
import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { WorkProgress, WorkspaceInfo } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { farAddressOf, isFarAddress } from '#shared/farAddress.ts'
import { engine } from '../engine/index.ts'
import { useEngineStore } from './engine.ts'
import { useLastPageStore } from './lastPage.ts'

export interface RecentWorkspace {
  /** Its folder; on another machine, its address `ssh://…`. */
  path: string
  name: string
  openedAt: number
}

/** The open workspace. `info` is undefined until the engine has answered, null while none is open. */
export const useWorkspaceStore = defineStore('workspace', () => {
  const info = shallowRef<WorkspaceInfo | null | undefined>(undefined)
  const recent = useLocalStorage<RecentWorkspace[]>('kernelscope.recent', [])
  const isOpen = computed(() => info.value != null)
  const path = computed(() => info.value?.path ?? null)
  /** What was made in a workspace that is not kept yet; null in one that is kept. */
  const unkept = computed(() => info.value?.unkept ?? null)
  /** Whether the open workspace may be changed. */
  const mayChange = computed(() => info.value != null && info.value.readOnly === null)
  /**
   * Counts answers to open, create and openSample. Lists that were loaded while a workspace was being made are loaded
   * again.
   */
  const openings = ref(0)

  const engineStore = useEngineStore()
  /** Names a folder of the engine's machine in the list. */
  const placeOf = (folder: string) =>
    engineStore.host === null ? folder : farAddressOf(engineStore.host, folder)
  /** The open workspace as the list names it. */
  const place = computed(() => (path.value === null ? null : placeOf(path.value)))

  function opened(next: WorkspaceInfo): WorkspaceInfo {
    info.value = next
    if (next.unkept) return next
    recent.value = [
      { path: placeOf(next.path), name: next.name, openedAt: Date.now() },
      ...recent.value.filter((r) => r.path !== placeOf(next.path)),
    ].slice(0, 8)
    return next
  }

  async function load(): Promise<void> {
    const next = await engine.workspace.info()
    if (next) opened(next)
    else info.value = null
  }

  /** After a failure the open workspace is requested again, because the engine may have closed it. */
  async function enter(answer: Promise<WorkspaceInfo>): Promise<WorkspaceInfo> {
    try {
      const next = opened(await answer)
      openings.value++
      return next
    } catch (error) {
      await load().catch(() => undefined)
      throw error
    }
  }

  const open = (folder: string, readOnly = false) => enter(engine.workspace.open({ path: folder, readOnly }))
  const create = (folder: string) => enter(engine.workspace.create({ path: folder }))
  const begin = () => enter(engine.workspace.begin())
  /** @param folder of a workspace that is not open; the open one where left out */
  const restore = (name: string, folder?: string) =>
    enter(engine.workspace.restore({ name, ...(folder === undefined ? {} : { path: folder }) }))
  /** Takes note of a workspace that the engine has opened by itself. */
  function entered(next: WorkspaceInfo): void {
    opened(next)
    openings.value++
  }
  /** Takes note of the new place of the open workspace. */
  function moved(from: string, next: WorkspaceInfo): void {
    useLastPageStore().moved(placeOf(from), placeOf(next.path))
    forget(placeOf(from))
    entered(next)
  }
  const keep = (folder: string) => enter(engine.workspace.keep({ path: folder }))

  /** Progress of opening the sample; null while it is not being opened. */
  const sampleProgress = shallowRef<WorkProgress | null>(null)
  let stopping = new AbortController()
  /** Ends opening the sample. The workspace that was open before is opened again. */
  const stopSample = () => stopping.abort()

  async function openSample(): Promise<WorkspaceInfo> {
    stopping = new AbortController()
    const { signal } = stopping
    const before = unkept.value ? null : path.value
    try {
      return await enter(follow(signal))
    } catch (error) {
      if (signal.aborted && before !== null) await open(before)
      throw error
    } finally {
      sampleProgress.value = null
    }
  }

  async function follow(signal: AbortSignal): Promise<WorkspaceInfo> {
    sampleProgress.value = {
      type: 'progress',
      done: 0,
      total: 0,
      unit: 'files',
      note: 'Opening the workspace',
    }
    try {
      for await (const event of await engine.workspace.openSample({}, { signal })) {
        if (event.type === 'result') return event.result
        sampleProgress.value = event
      }
    } finally {
      // The engine may be in the middle of a step, with the unfinished workspace open.
      if (signal.aborted) await engine.workspace.close()
    }
    throw new KernelscopeError('CANCELLED', 'opening the sample was cancelled')
  }

  async function close(): Promise<void> {
    await engine.workspace.close()
    info.value = null
  }

  function forget(folder: string): void {
    recent.value = recent.value.filter((r) => r.path !== folder)
  }

  /** Folders of the list that do not exist: moved, deleted, or on a disk that is not attached. */
  const missing = shallowRef<ReadonlySet<string>>(new Set())
  async function findMissing(): Promise<void> {
    // Those of other machines are not looked for.
    const paths =
      engineStore.host === null ? recent.value.map((r) => r.path).filter((p) => !isFarAddress(p)) : []
    const { present } = await engine.system.present({ paths })
    missing.value = new Set(paths.filter((_, i) => !present[i]))
  }

  /** Resolves when the state of the workspace is known for the first time. */
  const known = new Promise<void>((resolve) => {
    watch(
      () => engineStore.generation,
      (generation) => {
        if (generation === 0) return
        // A failure is shown in the status bar and in every view that loads. Here it only means that no workspace is
        // open.
        void load()
          .catch(() => (info.value ??= null))
          .then(() => resolve())
      },
      { immediate: true },
    )
  })

  return {
    info,
    recent,
    missing,
    isOpen,
    path,
    place,
    openings,
    known,
    load,
    findMissing,
    open,
    create,
    begin,
    restore,
    entered,
    moved,
    keep,
    unkept,
    mayChange,
    sampleProgress,
    stopSample,
    openSample,
    close,
    forget,
  }
})
