import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { createPinia, disposePinia, setActivePinia } from 'pinia'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { Bridge, EngineState } from '#shared/bridge.ts'
import { contract, type Job, type WorkspaceInfo } from '#shared/contract/index.ts'

const info: WorkspaceInfo = {
  path: '/data/ws',
  name: 'ws',
  schema: 1,
  createdAt: 0,
  models: 0,
  datasets: 0,
  images: 0,
  predictions: 0,
  studies: 0,
  bytes: 0,
  readOnly: null,
  unkept: null,
  warnings: [],
}
const job = (state: Job['state'], done: number): Job => ({
  id: 1,
  kind: 'study',
  title: 'Clean accuracy',
  studyId: 3,
  datasetId: null,
  modelId: null,
  state,
  position: 1,
  progress: {
    done,
    total: 10,
    unit: 'images',
    perSecond: 2,
    secondsLeft: 1,
    note: '',
    failed: 0,
    cacheHits: 0,
  },
  problem: null,
  createdAt: 0,
  startedAt: 0,
  finishedAt: null,
})

/** An engine with the parts of the contract that the frame needs, over a real MessageChannel. */
function startEngine(
  jobs: AsyncIterable<Job>,
  opened: WorkspaceInfo | null,
  open: (path: string) => WorkspaceInfo = () => info,
) {
  const os = implement(contract)
  const calls: string[] = []
  const listed = <T>(name: string, value: T) => {
    calls.push(name)
    return value
  }
  const router = {
    workspace: {
      info: os.workspace.info.handler(() => listed('workspace.info', opened)),
      open: os.workspace.open.handler(({ input }) => open(input.path)),
    },
    models: { list: os.models.list.handler(() => listed('models.list', [])) },
    datasets: { list: os.datasets.list.handler(() => listed('datasets.list', [])) },
    studies: {
      list: os.studies.list.handler(() => listed('studies.list', [])),
      kinds: os.studies.kinds.handler(() => []),
    },
    jobs: {
      list: os.jobs.list.handler(() => []),
      watch: os.jobs.watch.handler(() => jobs[Symbol.asyncIterator]() as AsyncGenerator<Job>),
    },
  }
  const { port1, port2 } = new MessageChannel()
  new RPCHandler(router).upgrade(port1)
  port1.start()
  return { port: port2, calls, stop: () => port1.close() }
}

/** A stream that tests can push events into. */
function jobStream() {
  const waiting: Job[] = []
  let wake = () => {}
  return {
    push(next: Job) {
      waiting.push(next)
      wake()
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        const next = waiting.shift()
        if (next) yield next
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    },
  }
}

let setState: (state: EngineState) => void = () => {}
const progress = vi.fn<Bridge['setProgress']>()
const notify = vi.fn<Bridge['notify']>()
const cleanup: (() => void)[] = []

beforeEach(() => {
  const bridge: Partial<Bridge> = {
    platform: 'linux',
    home: '/home/ada',
    connect: () => {},
    setProgress: progress,
    notify,
    onEngineState: (callback) => {
      setState = callback
      callback({ state: 'ready' })
      return () => {}
    },
  }
  vi.stubGlobal('window', { kernelscope: bridge, addEventListener: () => {} })
  vi.stubGlobal('document', { hasFocus: () => false })
})
afterEach(() => {
  cleanup.splice(0).forEach((stop) => stop())
  vi.unstubAllGlobals()
  progress.mockClear()
  notify.mockClear()
})

async function stores() {
  const pinia = createPinia()
  setActivePinia(pinia)
  // Otherwise the stores of one test would follow the engine of the next.
  cleanup.push(() => disposePinia(pinia))
  const [{ link }, { useEngineStore }, { useWorkspaceStore }, collections, { useJobsStore }] =
    await Promise.all([
      import('../../../src/renderer/lib/engine/index.ts'),
      import('../../../src/renderer/lib/stores/engine.ts'),
      import('../../../src/renderer/lib/stores/workspace.ts'),
      import('../../../src/renderer/lib/stores/collections.ts'),
      import('../../../src/renderer/lib/stores/jobs.ts'),
    ])
  const engine = useEngineStore()
  engine.start()
  const run = (...of: Parameters<typeof startEngine>) => {
    const started = startEngine(...of)
    cleanup.push(started.stop, () => link.detach())
    link.attach(started.port)
    return started
  }
  return {
    engine,
    workspace: useWorkspaceStore(),
    models: collections.useModelsStore(),
    jobs: useJobsStore(),
    run,
  }
}

describe('the stores of the frame', () => {
  it('know that no workspace is open, and load the lists when one is', async () => {
    const { workspace, models, run } = await stores()
    expect(workspace.info).toBeUndefined()
    const { calls } = run(jobStream(), null)
    await workspace.known
    expect(workspace.info).toBeNull()
    expect(calls).not.toContain('models.list')
    await workspace.open('/data/ws')
    await expect.poll(() => models.loaded).toBe(true)
    expect(workspace.recent[0]).toMatchObject({ path: '/data/ws', name: 'ws' })
  })

  it('ask again for the open workspace where another one cannot be opened', async () => {
    const { workspace, run } = await stores()
    const { calls } = run(jobStream(), info, () => {
      throw new Error('no workspace here')
    })
    await workspace.known
    const before = calls.filter((name) => name === 'workspace.info').length
    await expect(workspace.open('/data/none')).rejects.toThrow()
    expect(calls.filter((name) => name === 'workspace.info')).toHaveLength(before + 1)
    expect(workspace.path).toBe('/data/ws')
  })

  it('follow a job to its end: taskbar, notification, lists', async () => {
    const { jobs, run } = await stores()
    const stream = jobStream()
    const { calls } = run(stream, info)
    stream.push(job('running', 4))
    await expect.poll(() => jobs.running?.progress.done).toBe(4)
    expect(jobs.ofStudy(3)?.id).toBe(1)
    await expect.poll(() => progress.mock.lastCall?.[0]).toBe(0.4)
    const before = calls.filter((c) => c === 'studies.list').length
    stream.push(job('done', 10))
    await expect.poll(() => jobs.openCount).toBe(0)
    await expect.poll(() => notify.mock.lastCall).toEqual(['Clean accuracy', 'Finished.'])
    await expect.poll(() => calls.filter((c) => c === 'studies.list').length).toBeGreaterThan(before)
    expect(progress.mock.lastCall?.[0]).toBeNull()
  })

  it('show the state of a study by its open job, else by its newest job', async () => {
    const { jobs, run } = await stores()
    const stream = jobStream()
    run(stream, info)
    stream.push({ ...job('failed', 4), id: 1 })
    stream.push({ ...job('running', 4), id: 2 })
    await expect.poll(() => jobs.ofStudy(3)?.id).toBe(2)
    stream.push({ ...job('done', 10), id: 2 })
    await expect.poll(() => jobs.ofStudy(3)?.state).toBe('done')
    stream.push({ ...job('queued', 0), id: 3 })
    await expect.poll(() => jobs.ofStudy(3)?.id).toBe(3)
  })

  it('go on with the same engine where it only did not answer for a while', async () => {
    const { engine, jobs, models, run } = await stores()
    const stream = jobStream()
    run(stream, info)
    await expect.poll(() => models.loaded).toBe(true)
    const before = engine.generation
    const problem = { code: 'ENGINE_DOWN', message: 'no answer', hint: '' } as const
    setState({ state: 'down', problem, retryInMs: 100, restarts: 0, busy: true })
    expect(engine.ready).toBe(false)
    // What it says later still arrives on the stream that was open.
    stream.push(job('running', 7))
    await expect.poll(() => jobs.running?.progress.done).toBe(7)
    setState({ state: 'ready' })
    expect([engine.ready, engine.generation]).toEqual([true, before])
  })

  it('show that the engine is down, and load and follow again when it is back', async () => {
    const { engine, jobs, models, run } = await stores()
    run(jobStream(), info)
    await expect.poll(() => models.loaded).toBe(true)
    const problem = { code: 'ENGINE_DOWN', message: 'gone', hint: '' } as const
    setState({ state: 'down', problem, retryInMs: 100, restarts: 1 })
    expect(engine.ready).toBe(false)
    const stream = jobStream()
    setState({ state: 'ready' })
    const { calls } = run(stream, info)
    expect(engine.ready).toBe(true)
    stream.push(job('running', 7))
    await expect.poll(() => jobs.running?.progress.done).toBe(7)
    await expect.poll(() => calls).toContain('models.list')
  })
})
