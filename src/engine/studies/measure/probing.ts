import { canonicalJson } from '#shared/canonical.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { unitFloats } from '#shared/maths/unit.ts'
import { openTensors, type Answers, type TensorSession } from '../../inference/index.ts'
import { openWithFirst, writeGraph, type StoredModel } from '../../models/index.ts'
import { pixelsInput, type Tap } from '../../onnx/index.ts'
import { callSize, failedRows, inCalls, type CallSize } from './calls.ts'
import { loadImages } from './load.ts'
import { measured, measurementStore, type StudyImage, examplesOf } from '../../facts/index.ts'
import type { MeasureContext } from '../definition/index.ts'

/** A way to read vectors of inner values of a model, one per image. */
export interface Probe {
  /** The key that the vectors are stored under. */
  rewrite: Rewrite
  /** Part of the file name of the probed graph. */
  name: string
  /** The places of the model's graph that are read. */
  taps(model: StoredModel): Promise<Tap[]>
  /** The vector of one image (row `row`) from the tapped tensors of a batch. */
  vectorOf(outputs: Answers['tensors']['outputs'], row: number): number[]
}

/** Images per run of a probed graph that accepts any batch size. */
const usualBatch = 8

/** Reads the vectors of images. Opens the graph at the first image without one. */
export interface Prober {
  /** Reads and stores missing vectors. An image without one gets the reason stored. */
  measure(images: readonly StudyImage[]): Promise<void>
  close(): Promise<void>
}

/** Prepares the reading of vectors of images. Nothing is opened yet. */
export function prober(context: MeasureContext, wanted: Probe): Prober {
  const { workspace, model, job, progress } = context
  let opening: ReturnType<typeof openProbe> | null = null

  async function open() {
    if (opening) return opening
    progress.note(`${model.title}: opening`)
    opening = openProbe(context, wanted)
    const opened = await opening
    progress.note(`${model.title} on ${opened.provider}, probed, batch ${opened.size.most}`)
    return opened
  }

  async function measureMissing(missing: readonly StudyImage[]): Promise<void> {
    const { session, provider, outputs, size } = await open()
    const store = measurementStore(workspace.db, { model, provider, rewrite: wanted.rewrite })
    const giveUp = ({ exampleId }: StudyImage, problem: ErrorShape) => {
      store.fail(exampleId, problem)
      progress.add({ failed: [{ exampleId, problem }] })
    }
    const call = async (part: StudyImage[], places: number) => {
      if (job.signal.aborted) return
      const { floats, problems } = await loadFloats(context, part, places)
      job.enterNative()
      const answer = await runProbe(session, model, floats, outputs)
      workspace.db.transaction(() => {
        for (const [row, { exampleId }] of part.entries()) {
          const problem = problems[row]
          if (problem) store.fail(exampleId, problem)
          else store.keepVector(exampleId, wanted.vectorOf(answer, row))
        }
      })()
      const failed = failedRows(part, problems)
      progress.add({ computed: part.length - failed.length, failed })
    }
    const crashes = progress.moved() ? 0 : job.crashes
    await inCalls(size, missing, { call, giveUp, ended: () => session.ended }, crashes)
  }

  return {
    async measure(images) {
      const known = measured(workspace.db, model, wanted.rewrite).known(examplesOf(images))
      const missing = images.filter(({ exampleId }) => !known.has(exampleId))
      progress.add({ cached: images.length - missing.length })
      if (missing.length > 0) await measureMissing(missing)
    },
    async close() {
      const opened = await opening?.catch(() => null)
      await opened?.session.close()
    },
  }
}

/** Reads and stores the vectors of images that have none yet. */
export async function probeImages(
  context: MeasureContext,
  images: StudyImage[],
  wanted: Probe,
): Promise<void> {
  const probing = prober(context, wanted)
  context.progress.expect(images.length)
  try {
    await probing.measure(images)
  } finally {
    await probing.close()
  }
}

/** Opens the probed graph with the first execution provider that works. */
export async function openProbe(
  { workspace, model, settings, log }: MeasureContext,
  { name, taps }: Pick<Probe, 'name' | 'taps'>,
) {
  const tapped = await taps(model)
  const plan = { op: 'probe', normalisation: model.preprocessing, taps: tapped } as const
  const path = await writeGraph(workspace, model, name, plan)
  const { session, provider } = await openWithFirst(settings, log, (chosen) =>
    openTensors({ path, provider: chosen, threads: settings.threads }),
  )
  const size: CallSize = callSize(model, usualBatch)
  return { session, provider: provider.name, outputs: tapped.map(({ as }) => as), size }
}

/**
 * Loads images as float32 [places, height, width, 3] in [0,1]. A place is black where there is no image or
 * the image cannot be read.
 */
export async function loadFloats(
  { pool, model }: Pick<MeasureContext, 'pool' | 'model'>,
  images: StudyImage[],
  places: number,
) {
  const { pixels, problems } = await loadImages(pool, images, model.preprocessing, places)
  return { floats: unitFloats(new Uint8Array(pixels)), problems }
}

/** Runs the probed graph on images as `loadFloats` returns them. */
export async function runProbe(
  session: TensorSession,
  { preprocessing }: StoredModel,
  floats: Float32Array,
  outputs: string[],
  feeds: Parameters<TensorSession['run']>[0] = [],
) {
  const [height, width] = preprocessing.size
  const shape = [floats.length / (height * width * 3), height, width, 3]
  return (await session.run([{ name: pixelsInput, data: floats, shape }, ...feeds], outputs)).outputs
}

/** A key that is equal for equal lists of images in the same order. */
export const setKey = (images: StudyImage[]): string => canonicalJson(images.map(({ digest }) => digest))
