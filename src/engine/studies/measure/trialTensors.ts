import { joined, trialPixels, type Feed, type TensorSession } from '../../inference/index.ts'
import type { StoredModel } from '../../models/index.ts'
import { pixelsInput } from '../../onnx/index.ts'

/** What a graph takes besides pixels, and what it is asked for. */
export interface TensorCall {
  outputs: string[]
  /** Left out: nothing. */
  feeds?(places: number): Feed[]
}

/** Runs of a graph on random images, the same in every trial of a split of the threads. */
export interface TrialTensors {
  /** All outputs, one after the other, for so many images in each of some calls. */
  of(session: TensorSession, call: TensorCall, sizes: readonly number[]): Promise<Float32Array>
}

/** @param batch images of the largest call */
export function trialTensors(
  { preprocessing }: Pick<StoredModel, 'preprocessing'>,
  batch: number,
): TrialTensors {
  const [height, width] = preprocessing.size
  let pixels: Float32Array | undefined
  return {
    async of(session, { outputs, feeds = () => [] }, sizes) {
      pixels ??= Float32Array.from(
        new Float32Array(trialPixels({ height, width, pixelType: 'float32' }, batch)),
      )
      const found: Float32Array[] = []
      for (const places of sizes) {
        const data = pixels.subarray(0, places * height * width * 3)
        const shape = [places, height, width, 3]
        const answer = await session.run([{ name: pixelsInput, data, shape }, ...feeds(places)], outputs)
        found.push(...answer.outputs.map((output) => output.data))
      }
      return joined(found)
    },
  }
}

export const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, one) => sum + one, 0)

/** Sizes of calls that occur where a batch is halved, the largest first; that batch alone where the graph fixes it. */
export function halvings({ most, fixed }: { most: number; fixed: boolean }): number[] {
  if (fixed || most <= 1) return [most]
  return [most, ...halvings({ most: most >> 1, fixed })]
}
