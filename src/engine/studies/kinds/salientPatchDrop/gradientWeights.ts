import { closeAll } from '../../../inference/index.ts'
import { gradientOutput, labelsInput, weightInput } from '../../../onnx/index.ts'
import { crashesHere, failedRows, gradientCallSize } from '../../measure/calls.ts'
import { gradientForwards } from '../../measure/gradientForwards.ts'
import { callsInLanes, runCall, type ImageCall } from '../../measure/imageCalls.ts'
import { openTensorLanes, splitNote, type TensorLanes } from '../../measure/tensorLanes.ts'
import { knownToOthersOnly, targetLookup, unknownClass } from '../../measure/targets.ts'
import { pixelWeights, type PatchGrid, type PatchWeights } from './patches.ts'
import type { MeasureContext } from '../../definition/index.ts'

/**
 * Uses |gradient of the true logit| as weights, summed over channels and over the pixels of a patch.
 *
 * @param images whose weights are to be asked for in all
 */
export function gradientWeights(context: MeasureContext, grid: PatchGrid, images: number): PatchWeights {
  const { model, progress } = context
  const targetOf = targetLookup(model)
  // Without a class there is no gradient, and no patch that is salient.
  const isLost = knownToOthersOnly(model, context.models)
  const size = gradientCallSize(model)
  const [height, width] = model.preprocessing.size
  const values = height * width * 3
  let opening: Promise<TensorLanes> | null = null

  /** Asks for the gradient of minus the logit of each target; a target below 0 has none. */
  const feedsOf = (targets: readonly number[], places: number) => {
    const labels = new Float32Array(places * model.classes)
    for (const [row, target] of targets.entries()) if (target >= 0) labels[row * model.classes + target] = -1
    return [
      { name: labelsInput, data: labels, shape: [places, model.classes] },
      { name: weightInput, data: Float32Array.of(0), shape: [1] },
    ]
  }

  async function open(): Promise<TensorLanes> {
    const graph = {
      name: 'gradient',
      plan: { op: 'gradient', normalisation: model.preprocessing } as const,
      ...{ size, forwards: gradientForwards(model), outputs: [gradientOutput] },
      feeds: (places: number) =>
        feedsOf(
          Array.from({ length: places }, () => 0),
          places,
        ),
    }
    const opened = await openTensorLanes(context, graph, images)
    progress.note(`saliency from ${model.title}, batch ${size.most}${splitNote(opened)}`)
    return opened
  }

  const weightsOf = (gradient: Float32Array, row: number) =>
    pixelWeights(gradient.subarray(row * values, (row + 1) * values), [height, width], grid)

  return {
    async of(some) {
      const found = new Map<number, Float64Array>()
      const lost = some.filter(({ className }) => isLost(className))
      progress.add({
        failed: lost.map(({ exampleId, className }) => ({
          exampleId,
          problem: unknownClass(model, className),
        })),
      })
      const usable = some.filter(({ className }) => !isLost(className))
      if (usable.length === 0) return found
      const { sessions } = await (opening ??= open())
      await callsInLanes(context, { sessions, size, crashes: crashesHere(context) }, usable, {
        compute(session, call) {
          const targets = call.images.map(({ className }) => targetOf(className))
          return runCall(session, model, call, [gradientOutput], feedsOf(targets, call.places))
        },
        keep({ images: part, problems }: ImageCall, [gradient]) {
          for (const [row, { exampleId }] of part.entries())
            if (!problems[row] && gradient) found.set(exampleId, weightsOf(gradient.data, row))
          const failed = failedRows(part, problems)
          progress.add({ computed: part.length - failed.length, failed })
        },
        giveUp: ({ exampleId }, problem) => progress.add({ failed: [{ exampleId, problem }] }),
      })
      return found
    },
    refuse: () => undefined,
    async close() {
      const opened = await opening?.catch(() => null)
      if (opened) await closeAll(opened.sessions)
    },
  }
}
