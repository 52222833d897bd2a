import '#engine/base/noTelemetry.ts'
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { cpuRate } from './report.ts'

/** A number of sessions that compute at once, and threads of each. */
export interface Split {
  sessions: number
  threads: number
}

export interface Floor extends Split {
  perSecond: number
}

interface Order {
  path: string
  size: readonly [number, number]
  batch: number
  threads: number
  provider: string
  seconds: number
}

/** Splits of a number of threads into sessions: one, two, four, … with as many threads as that leaves for each. */
export function splitsOf(threads: number): Split[] {
  const splits: Split[] = []
  for (let sessions = 1; sessions <= threads; sessions *= 2)
    splits.push({ sessions, threads: Math.floor(threads / sessions) })
  return splits
}

/** Names a split: "2x1" are two sessions of one thread. */
export const splitText = ({ sessions, threads }: Split) => `${sessions}x${threads}`

/**
 * The upper limit of every study: images per second of a model's graph on float batches that are ready. The best of all
 * splits of the threads into sessions that run at once, each in a thread of its own.
 *
 * @param threads over all sessions; 0 = as many as there are cores
 */
export async function floorOf(
  path: string,
  size: readonly [number, number],
  batch: number,
  threads = 0,
  provider = 'cpu',
  seconds = 3,
): Promise<Floor> {
  const all = threads || availableParallelism()
  const splits = provider === 'cpu' ? splitsOf(all) : [{ sessions: 1, threads: 0 }]
  let best: Floor | null = null
  for (const split of splits) {
    const order = { path, size, batch, threads: split.threads, provider, seconds }
    const perSecond = await together(order, split.sessions)
    if (best === null || perSecond > best.perSecond) best = { ...split, perSecond }
  }
  if (!best) throw new Error('no threads')
  return best
}

/** Images per second of some sessions at once. All are open and have run once before the time begins. */
async function together(order: Order, sessions: number): Promise<number> {
  const workers = Array.from(
    { length: sessions },
    () => new Worker(new URL(import.meta.url), { workerData: order }),
  )
  const next = (worker: Worker) =>
    new Promise<number>((resolve, reject) => worker.once('message', resolve).once('error', reject))
  await Promise.all(workers.map(next))
  const counts = workers.map(next)
  for (const worker of workers) worker.postMessage('go')
  const perSecond = (await Promise.all(counts)).reduce((sum, one) => sum + one, 0)
  await Promise.all(workers.map((worker) => worker.terminate()))
  return perSecond
}

/** Images per second of CPU time, of one session of one thread. */
export async function cpuFloorOf(
  path: string,
  size: readonly [number, number],
  batch: number,
): Promise<number> {
  const run = await opened({ path, size, batch, threads: 1, provider: 'cpu', seconds: 0 })
  return batch * (await cpuRate(run))
}

/** Opens a session that has run once. The result runs it again. */
async function opened({ path, size, batch, threads, provider }: Order): Promise<() => Promise<unknown>> {
  const session = await InferenceSession.create(path, {
    executionProviders: [provider],
    interOpNumThreads: 1,
    logSeverityLevel: 3,
    ...(threads > 0 ? { intraOpNumThreads: threads } : {}),
  })
  const [input = ''] = session.inputNames
  const data = Float32Array.from({ length: batch * 3 * size[0] * size[1] }, (_, i) => Math.sin(i))
  const feeds = { [input]: new Tensor('float32', data, [batch, 3, ...size]) }
  await session.run(feeds)
  return () => session.run(feeds)
}

/** Opens one session, waits for the word, and counts for some seconds. */
async function serve(order: Order): Promise<void> {
  const run = await opened(order)
  const { batch, seconds } = order
  parentPort?.once('message', () => {
    const count = async () => {
      const started = performance.now()
      let runs = 0
      for (; performance.now() - started < 1000 * seconds; runs++) await run()
      parentPort?.postMessage((1000 * batch * runs) / (performance.now() - started))
    }
    void count()
  })
  parentPort?.postMessage(0)
}

if (!isMainThread && parentPort) await serve(workerData)
