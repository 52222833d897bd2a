import type { Preprocessing } from '#shared/contract/index.ts'
import { allOutputs } from '#shared/readouts.ts'
import type { StudyImage } from '../../facts/index.ts'
import { openSession } from '../../inference/index.ts'
import type { JobContext } from '../../jobs/index.ts'
import { classifierGraph, openWithFirst, writeGraph, type StoredModel } from '../../models/index.ts'
import { classifierInterface } from '../../onnx/index.ts'
import type { RunContext } from '../definition/index.ts'
import { loadedBatches } from '../measure/load.ts'

/** Images in a call where the graph fixes no batch. */
const together = 16

/** A model under one preprocessing, and the images it is judged on. */
export interface TrialOrder {
  model: StoredModel
  preprocessing: Preprocessing
  images: StudyImage[]
  /** The output index of a class name. */
  targetOf(className: string): number
  signal: AbortSignal
}

export interface Counted {
  /** Images that could be read. */
  images: number
  correct: number
  failed: number
  provider: string
}

/**
 * Counts the images that a model gets right under a preprocessing. Nothing is stored. Decoding, geometry and graph are
 * those of a study.
 *
 * @throws the errors of `writeGraph` and `openSession`
 */
export async function countRight(
  { workspace, pool, settings, log }: RunContext,
  { model, preprocessing, images, targetOf, signal }: TrialOrder,
  job: JobContext,
): Promise<Counted> {
  const graph = { op: 'pixels', normalisation: preprocessing } as const
  const path = await writeGraph(workspace, model, 'trial', graph)
  const { session, provider } = await openWithFirst(settings, log, (name) =>
    openSession({
      ...classifierGraph(model, path),
      provider: name,
      threads: settings.threads,
      pixelType: 'uint8',
    }),
  )
  const io = classifierInterface(model.inspection)
  const batch = io.batch === 'dynamic' ? Math.min(together, images.length) : io.batch
  const counted = { images: 0, correct: 0, failed: 0, provider: provider.name }
  try {
    for await (const loaded of loadedBatches(pool, images, preprocessing, batch)) {
      if (signal.aborted) break
      job.enterNative()
      const targets = Int32Array.from(loaded.images, ({ className }) => targetOf(className))
      const slice = { pixels: loaded.pixels, first: 0, batch }
      const { facts } = await session.run(slice, loaded.images.length, [{ readout: allOutputs, targets }])
      for (const [row, problem] of loaded.problems.entries()) {
        if (problem) counted.failed++
        else {
          counted.images++
          if (facts[0]?.correct[row] === 1) counted.correct++
        }
      }
    }
  } finally {
    await session.close()
  }
  return counted
}
