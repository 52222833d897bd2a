import { defineStore } from 'pinia'
import { computed, shallowRef } from 'vue'
import type { ClusterProfile, ClusterRun } from '#shared/contract/index.ts'
import { bridge } from '../bridge.ts'
import { engine } from '../engine/index.ts'
import { useStudiesStore } from './collections.ts'
import { usePreferencesStore } from './preferences.ts'
import { useStream } from './useStream.ts'
import { useWorkspaceStore } from './workspace.ts'

/** Runs of studies on clusters, kept up to date by the engine's stream, and the profiles of the person. */
export const useClustersStore = defineStore('clusters', () => {
  const byId = shallowRef<ReadonlyMap<number, ClusterRun>>(new Map())
  const profiles = shallowRef<readonly ClusterProfile[]>([])

  const runs = computed(() =>
    [...byId.value.values()].sort(
      (a, b) => Number(a.finishedAt !== null) - Number(b.finishedAt !== null) || b.id - a.id,
    ),
  )
  const openCount = computed(() => runs.value.filter(({ finishedAt }) => finishedAt === null).length)
  const ofStudy = (studyId: number) => runs.value.filter((run) => run.studyId === studyId)

  function take(run: ClusterRun): void {
    const before = byId.value.get(run.id)
    byId.value = new Map(byId.value).set(run.id, run)
    if (before && before.facts.added !== run.facts.added) void workspace.load().catch(() => {})
    if (before?.finishedAt === null && run.finishedAt !== null) ended(run)
  }

  const workspace = useWorkspaceStore()
  const preferences = usePreferencesStore()
  const studies = useStudiesStore()
  function ended(run: ClusterRun): void {
    void studies.load()
    if (!preferences.notifications || document.hasFocus() || run.state === 'cancelled') return
    const title = studies.byId.get(run.studyId)?.title ?? 'A study'
    bridge.notify(
      `${title} on ${run.profile}`,
      run.state === 'done' ? 'Finished.' : (run.problem?.message ?? 'Failed.'),
    )
  }

  async function load(): Promise<void> {
    byId.value = new Map((await engine.cluster.list({})).map((run) => [run.id, run]))
  }
  async function loadProfiles(): Promise<void> {
    profiles.value = await engine.cluster.profiles()
  }
  const save = async (profile: ClusterProfile, before?: string) =>
    void (profiles.value = await engine.cluster.saveProfile({
      profile,
      ...(before === undefined ? {} : { before }),
    }))
  const remove = async (name: string) => void (profiles.value = await engine.cluster.removeProfile({ name }))
  const cancel = async (id: number) => take(await engine.cluster.cancel({ id }))
  const resume = async (id: number) => take(await engine.cluster.resume({ id }))
  const refresh = async (id: number) => take(await engine.cluster.refresh({ id }))
  /** Removes runs that are over from the list. */
  async function clear(): Promise<void> {
    await engine.cluster.clear()
    await load()
  }

  useStream({
    forget: () => (byId.value = new Map()),
    load,
    events: (signal) => engine.cluster.watch(undefined, { signal }),
    take,
  })

  return {
    runs,
    byId,
    openCount,
    profiles,
    ofStudy,
    take,
    load,
    loadProfiles,
    save,
    remove,
    cancel,
    resume,
    refresh,
    clear,
  }
})
