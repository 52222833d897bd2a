import { z } from 'zod'
import { optionsOf, type JobContext } from '../../jobs/index.ts'
import { tryPreprocessing } from '../../studies/index.ts'

/** How many images a trial takes, and with which seed they are drawn. */
export const trialOptions = z.object({ images: z.int().min(1), seed: z.int().min(0) })

/** Runs the job of a trial. A job without model or dataset does nothing. */
export async function runTrial(
  context: Parameters<typeof tryPreprocessing>[0],
  job: JobContext,
): Promise<void> {
  const { id, modelId, datasetId } = job.job
  if (modelId === null || datasetId === null) return
  const options = trialOptions.parse(optionsOf(context.workspace.db, id))
  await tryPreprocessing(context, { modelId, datasetId, ...options }, job)
}
