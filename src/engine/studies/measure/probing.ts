import { canonicalJson } from '#shared/canonical.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import { closeAll, type Answers } from '../../inference/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Tap } from '../../onnx/index.ts'
import { callSize, crashesHere, failedRows, type CallSize } from './calls.ts'
import { callsInLanes, runCall } from './imageCalls.ts'
import { openTensorLanes, splitNote, type TensorGraph, type TensorLanes } from './tensorLanes.ts'
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

/**
 * Prepares the reading of vectors of images. Nothing is opened yet.
 *
 * @param images that are to be read in all, about
 */
export function prober(context: MeasureContext, wanted: Probe, images: number): Prober {
  const { workspace, model, progress } = context
  let opening: Promise<OpenProbe> | null = null

  async function open() {
    if (opening) return opening
    progress.note(`${model.title}: opening`)
    opening = openProbe(context, wanted, images)
    const opened = await opening
    const { provider, size } = opened
    progress.note(`${model.title} on ${provider.name}, probed, batch ${size.most}${splitNote(opened)}`)
    return opened
  }

  async function measureMissing(missing: readonly StudyImage[]): Promise<void> {
    const { sessions, provider, outputs, size } = await open()
    const store = measurementStore(workspace.db, { model, provider: provider.name, rewrite: wanted.rewrite })
    await callsInLanes(context, { sessions, size, crashes: crashesHere(context) }, missing, {
      compute: (session, call) => runCall(session, model, call, outputs),
      keep({ images: part, problems }, answer) {
        workspace.db.transaction(() => {
          for (const [row, { exampleId }] of part.entries()) {
            const problem = problems[row]
            if (problem) store.fail(exampleId, problem)
            else store.keepVector(exampleId, wanted.vectorOf(answer, row))
          }
        })()
        const failed = failedRows(part, problems)
        progress.add({ computed: part.length - failed.length, failed })
      },
      giveUp({ exampleId }, problem) {
        store.fail(exampleId, problem)
        progress.add({ failed: [{ exampleId, problem }] })
      },
    })
  }

  return {
    async measure(wantedImages) {
      const known = measured(workspace.db, model, wanted.rewrite).known(examplesOf(wantedImages))
      const missing = wantedImages.filter(({ exampleId }) => !known.has(exampleId))
      progress.add({ cached: wantedImages.length - missing.length })
      if (missing.length > 0) await measureMissing(missing)
    },
    async close() {
      const opened = await opening?.catch(() => null)
      if (opened) await closeAll(opened.sessions)
    },
  }
}

/** Reads and stores the vectors of images that have none yet. */
export async function probeImages(
  context: MeasureContext,
  images: StudyImage[],
  wanted: Probe,
): Promise<void> {
  const probing = prober(context, wanted, images.length)
  context.progress.expect(images.length)
  try {
    await probing.measure(images)
  } finally {
    await probing.close()
  }
}

/** The sessions of a probed graph, and what they give. */
export interface OpenProbe extends TensorLanes {
  outputs: string[]
  size: CallSize
}

/**
 * Opens the probed graph with the first execution provider that works.
 *
 * @param images that are to be computed, `size` in a call
 */
export async function openProbe(
  context: MeasureContext,
  { name, taps, feeds }: Pick<Probe, 'name' | 'taps'> & Pick<TensorGraph, 'feeds'>,
  images: number,
  size = callSize(context.model, usualBatch),
): Promise<OpenProbe> {
  const { model } = context
  const tapped = await taps(model)
  const outputs = tapped.map(({ as }) => as)
  const plan = { op: 'probe', normalisation: model.preprocessing, taps: tapped } as const
  const graph = { name, plan, size, forwards: 1, outputs, ...(feeds ? { feeds } : {}) }
  return { ...(await openTensorLanes(context, graph, images)), outputs, size }
}

/** A key that is equal for equal lists of images in the same order. */
export const setKey = (images: readonly StudyImage[]): string =>
  canonicalJson(images.map(({ digest }) => digest))
