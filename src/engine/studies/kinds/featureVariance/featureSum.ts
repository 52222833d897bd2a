import type { Answers } from '../../../inference/index.ts'
import type { FeaturePoint } from '../../../onnx/index.ts'

type Output = Answers['tensors']['outputs'][number]

/** Adds up the features at one place of a model over images, in float64. */
export class FeatureSum {
  readonly #point: Pick<FeaturePoint, 'layout' | 'extraTokens'>
  #sum = new Float64Array()
  #shape: number[] = []

  constructor(point: Pick<FeaturePoint, 'layout' | 'extraTokens'>) {
    this.#point = point
  }

  /** Adds the sum over some images: [1, ...] in the layout of the place. */
  add(output: Output | undefined): void {
    if (!output) return
    if (this.#sum.length === 0) this.#sum = new Float64Array(output.data.length)
    this.#shape = output.shape
    for (let i = 0; i < this.#sum.length; i++) this.#sum[i] = (this.#sum[i] ?? 0) + (output.data[i] ?? 0)
  }

  /**
   * Unbiased variance over positions of the mean over `images`, averaged over channels. Class tokens are left
   * out.
   */
  varianceOfMean(images: number): number {
    const { layout, extraTokens } = this.#point
    const [, a = 1, b = 1, c = 1] = this.#shape
    const [channels, positions] = layout === 'map' ? [a, b * c] : layout === 'mapLast' ? [c, a * b] : [b, a]
    const at = (channel: number, position: number) =>
      (this.#sum[layout === 'map' ? channel * positions + position : position * channels + channel] ?? 0) /
      images
    const count = positions - extraTokens
    let total = 0
    for (let channel = 0; channel < channels; channel++) {
      let mean = 0
      for (let position = extraTokens; position < positions; position++) mean += at(channel, position) / count
      let squares = 0
      for (let position = extraTokens; position < positions; position++)
        squares += (at(channel, position) - mean) ** 2
      total += squares / (count - 1)
    }
    return total / channels
  }
}
