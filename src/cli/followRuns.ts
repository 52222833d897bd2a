import { unitsOver, unitsText } from '#shared/clusterWords.ts'
import type { ClusterRun } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Client } from './client.ts'
import { again } from './follow.ts'
import type { Io } from './io.ts'
import { ProgressLine } from './progress.ts'

/**
 * Waits until runs are over, and shows how far they are, also over a connection that is lost and comes back. Ctrl-C ends the waiting; the runs go on.
 *
 * @throws CANCELLED where it was ended before
 */
export async function followRuns(
  client: Client,
  ids: readonly number[],
  io: Io,
  quiet = false,
): Promise<ClusterRun[]> {
  const line = new ProgressLine(io, quiet)
  const open = new Set(ids)
  const watching = new AbortController()
  const stop = () => watching.abort()
  io.signal.addEventListener('abort', stop)
  const notes = new Map<number, string>()
  async function end(): Promise<void> {
    const changes = await client.cluster.watch(undefined, { signal: watching.signal })
    for (const id of ids) if ((await client.cluster.get({ id })).finishedAt !== null) open.delete(id)
    for await (const run of open.size === 0 ? [] : changes) {
      if (!open.has(run.id)) continue
      const { over, all } = unitsOver(run)
      line.note({
        type: 'progress',
        done: over,
        total: all,
        unit: 'units',
        note: unitsText(run),
        secondsLeft: run.secondsLeft,
      })
      if (run.note !== null && notes.get(run.id) !== run.note) io.err(`run ${run.id}: ${run.note}\n`)
      notes.set(run.id, run.note ?? '')
      if (run.finishedAt !== null) open.delete(run.id)
      if (open.size === 0) break
    }
  }
  try {
    await again(end, io.signal, () => line.end())
  } finally {
    line.end()
    watching.abort()
    io.signal.removeEventListener('abort', stop)
  }
  if (open.size > 0)
    throw new KernelscopeError('CANCELLED', 'the waiting was ended; the runs go on', {
      hint: 'Their packs are merged as soon as the workspace is open again: `cluster wait`, or the app.',
    })
  return Promise.all(ids.map((id) => client.cluster.get({ id })))
}
