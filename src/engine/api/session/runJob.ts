import { indexDataset } from '../../datasets/index.ts'
import type { JobContext } from '../../jobs/index.ts'
import { runStudy } from '../../studies/index.ts'
import { runTrial } from './trials.ts'

type Run = Parameters<typeof runStudy>[0]

/**
 * Runs a job of any kind.
 *
 * @param indexed called once a dataset was indexed to its end
 * @throws the errors of `indexDataset`, `runStudy` and `runTrial`
 */
export async function runJob(
  run: Run,
  context: JobContext,
  indexed: (datasetId: number) => void,
): Promise<void> {
  const { job, signal } = context
  if (job.kind === 'index' && job.datasetId !== null) {
    await indexDataset(run.workspace, run.pool, job.datasetId, context)
    if (!signal.aborted) indexed(job.datasetId)
  }
  if (job.kind === 'study' && job.studyId !== null) await runStudy(run, job.studyId, context)
  if (job.kind === 'trial') await runTrial(run, context)
}
