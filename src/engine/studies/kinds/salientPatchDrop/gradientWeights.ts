import type { ErrorShape } from '#shared/errors.ts'
import { openTensors, type TensorSession } from '../../../inference/index.ts'
import { openWithFirst, writeGraph } from '../../../models/index.ts'
import { gradientOutput, labelsInput, weightInput } from '../../../onnx/index.ts'
import { failedRows, gradientCallSize, inCalls, type Calls } from '../../measure/calls.ts'
import { loadFloats, runProbe } from '../../measure/probing.ts'
import { targetLookup } from '../../measure/targets.ts'
import { pixelWeights, type PatchGrid, type PatchWeights } from './patches.ts'
import type { StudyImage } from '../../../facts/index.ts'
import type { MeasureContext } from '../../definition/index.ts'

/** Uses |gradient of the true logit| as weights, summed over channels and over the pixels of a patch. */
export function gradientWeights(context: MeasureContext, grid: PatchGrid): PatchWeights {
  const { workspace, model, settings, log, job, progress } = context
  const targetOf = targetLookup(model)
  const size = gradientCallSize(model)
  let opening: Promise<TensorSession> | null = null

  async function open(): Promise<TensorSession> {
    progress.note(`saliency from ${model.title}, batch ${size.most}`)
    const plan = { op: 'gradient', normalisation: model.preprocessing } as const
    const path = await writeGraph(workspace, model, 'gradient', plan)
    const { session } = await openWithFirst(settings, log, (provider) =>
      openTensors({ path, provider, threads: settings.threads }),
    )
    return session
  }

  /** Adds the weights of a batch. Returns why an image could not be read, or null, for each image. */
  async function add(
    session: TensorSession,
    found: Map<number, Float64Array>,
    part: StudyImage[],
    places: number,
  ): Promise<(ErrorShape | null)[]> {
    const { floats, problems } = await loadFloats(context, part, places)
    const labels = new Float32Array(places * model.classes)
    for (const [row, { className }] of part.entries()) {
      const target = targetOf(className)
      if (target >= 0) labels[row * model.classes + target] = -1
    }
    job.enterNative()
    const [gradient] = await runProbe(
      session,
      model,
      floats,
      [gradientOutput],
      [
        { name: labelsInput, data: labels, shape: [places, model.classes] },
        { name: weightInput, data: Float32Array.of(0), shape: [1] },
      ],
    )
    const [height, width] = model.preprocessing.size
    const values = height * width * 3
    for (const [row, { exampleId }] of part.entries())
      if (!problems[row] && gradient)
        found.set(
          exampleId,
          pixelWeights(gradient.data.subarray(row * values, (row + 1) * values), [height, width], grid),
        )
    return problems
  }

  return {
    async of(images) {
      const found = new Map<number, Float64Array>()
      const session = await (opening ??= open())
      const calls: Calls<StudyImage> = {
        async call(part, places) {
          if (job.signal.aborted) return
          const failed = failedRows(part, await add(session, found, part, places))
          progress.add({ computed: part.length - failed.length, failed })
        },
        giveUp: ({ exampleId }, problem) => progress.add({ failed: [{ exampleId, problem }] }),
        ended: () => session.ended,
      }
      await inCalls(size, images, calls, progress.moved() ? 0 : job.crashes)
      return found
    },
    refuse: () => undefined,
    async close() {
      const session = await opening?.catch(() => null)
      await session?.close()
    },
  }
}
