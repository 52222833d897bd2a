import { defineStore } from 'pinia'
import { computed, ref, shallowRef, watch } from 'vue'
import type { Job, JobState } from '#shared/contract/index.ts'
import { bridge } from '../bridge.ts'
import { engine } from '../engine/index.ts'
import { useDatasetsStore, useStudiesStore } from './collections.ts'
import { usePreferencesStore } from './preferences.ts'
import { useStream } from './useStream.ts'
import { useWorkspaceStore } from './workspace.ts'

const open: readonly JobState[] = ['queued', 'running', 'paused']
export const isOpen = (job: Job) => open.includes(job.state)

/** The engine's jobs, kept up to date by its stream, across restarts. */
export const useJobsStore = defineStore('jobs', () => {
  const byId = shallowRef<ReadonlyMap<number, Job>>(new Map())
  const finished = shallowRef<Job | null>(null)
  const trayOpen = ref(false)

  const all = computed(() => [...byId.value.values()].sort(inOrder))
  const queued = computed(() => all.value.filter((j) => j.state === 'queued'))
  const running = computed(() => all.value.find((j) => j.state === 'running') ?? null)
  const paused = computed(() => all.value.find((j) => j.state === 'paused') ?? null)
  const openCount = computed(() => all.value.filter(isOpen).length)
  const problems = computed(() => all.value.filter((j) => j.problem !== null).length)
  const ofStudy = (studyId: number) => foremost(all.value.filter((j) => j.studyId === studyId))
  const ofDataset = (datasetId: number) =>
    foremost(all.value.filter((j) => j.datasetId === datasetId && j.kind === 'index'))

  function take(job: Job): void {
    const before = byId.value.get(job.id)
    byId.value = new Map(byId.value).set(job.id, job)
    if (before && isOpen(before) && !isOpen(job)) finished.value = job
  }

  async function load(): Promise<void> {
    const jobs = await engine.jobs.list({ limit: 100 })
    byId.value = new Map(jobs.map((job) => [job.id, job]))
  }

  const pause = async (id: number) => take(await engine.jobs.pause({ id }))
  const resume = async (id: number) => take(await engine.jobs.resume({ id }))
  const cancel = async (id: number) => take(await engine.jobs.cancel({ id }))
  /** Moves a queued job one position up (-1) or down (+1) in the queue. */
  async function move(id: number, by: -1 | 1): Promise<void> {
    const ids = queued.value.map((job) => job.id)
    const at = ids.indexOf(id)
    const to = at + by
    if (at < 0 || to < 0 || to >= ids.length) return
    ids.splice(to, 0, ...ids.splice(at, 1))
    for (const job of await engine.jobs.reorder({ ids })) take(job)
  }
  async function clear(): Promise<void> {
    await engine.jobs.clear()
    byId.value = new Map([...byId.value].filter(([, job]) => isOpen(job)))
  }

  const preferences = usePreferencesStore()
  const workspace = useWorkspaceStore()
  useStream({
    forget: () => (byId.value = new Map()),
    load,
    events: (signal) => engine.jobs.watch(undefined, { signal }),
    take,
  })

  watch(running, (job) =>
    bridge.setProgress(job && job.progress.total > 0 ? job.progress.done / job.progress.total : null),
  )
  watch(finished, (job) => {
    if (!job) return
    void useStudiesStore().load()
    void useDatasetsStore().load()
    void workspace.load().catch(() => {})
    if (preferences.notifications && !document.hasFocus() && job.state !== 'cancelled') {
      bridge.notify(job.title, job.state === 'done' ? 'Finished.' : (job.problem?.message ?? 'Failed.'))
    }
  })

  return {
    all,
    byId,
    running,
    paused,
    openCount,
    problems,
    finished,
    trayOpen,
    queued,
    ofStudy,
    ofDataset,
    load,
    pause,
    resume,
    cancel,
    move,
    clear,
  }
})

/** The first open job, else the newest job: older ended jobs do not tell the current state. */
const foremost = (jobs: readonly Job[]): Job | null =>
  jobs.find(isOpen) ?? jobs.reduce<Job | null>((last, j) => (last && last.id > j.id ? last : j), null)

/** Running jobs first, then paused ones, then the queue in its order, then ended jobs, newest first. */
const inOrder = (a: Job, b: Job) =>
  rank(a) - rank(b) || (a.state === 'queued' ? a.position - b.position || a.id - b.id : b.id - a.id)

function rank(job: Job): number {
  return { running: 0, paused: 1, queued: 2, failed: 3, done: 4, cancelled: 4 }[job.state]
}
