import type { Engine } from '#engine/api/index.ts'
import { cpuSeconds } from './report.ts'

/**
 * Measures images per second of a study's job from its start to its end, including the time to open the model.
 *
 * @param byCpu whether seconds are of CPU time of all threads
 */
export async function studyRate(
  engine: Engine,
  input: Parameters<Engine['client']['studies']['run']>[0],
  byCpu = false,
): Promise<number> {
  const { client } = engine
  const before = cpuSeconds()
  const study = await client.studies.run(input)
  for await (const job of await client.jobs.watch()) {
    if (job.id !== study.job?.id || !['done', 'failed'].includes(job.state)) continue
    if (job.problem) throw new Error(job.problem.message)
    const seconds = byCpu ? cpuSeconds() - before : ((job.finishedAt ?? 0) - (job.startedAt ?? 0)) / 1000
    return (job.progress.done - job.progress.cacheHits) / seconds
  }
  throw new Error('the stream of jobs ended')
}
