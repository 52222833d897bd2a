import { KernelscopeError } from '#shared/errors.ts'
import type { AttackGraphs } from '../graphs.ts'

/** Images one by one: each float32 [height * width * 3] in [0,1]. */
export type Images = readonly Float32Array[]

/** A network as an attack on single images sees it. All calls take any number of images, but not none. */
export interface Network {
  /** Outputs [classes] of each image. */
  outputs(images: Images): Promise<Float32Array[]>
  /** Outputs of each image, and the gradient of its cross entropy with a class. */
  crossEntropy(
    images: Images,
    classes: readonly number[],
  ): Promise<{ outputs: Float32Array[]; gradients: Float32Array[] }>
  /** For each image the gradient of a sum of its outputs with weights [classes]. */
  weighted(images: Images, weights: readonly Float32Array[]): Promise<Float32Array[]>
}

/** How images are laid into calls. */
export interface Places {
  classes: number
  /** Rows of a call at least: all of them where the graph fixes its batch, else two, as in `inCalls`. */
  least: number
  /** Not 0 once the attack is to stop. */
  stop?: Int32Array | undefined
}

/**
 * Ends an attack between two calls.
 *
 * @throws CANCELLED once the first number is not 0
 */
export function checkStop(stop: Int32Array | undefined): void {
  if (stop && Atomics.load(stop, 0) !== 0)
    throw new KernelscopeError('CANCELLED', 'the attack was stopped before its end')
}

/**
 * The network of an attack's graphs. Calls are padded with their last image.
 *
 * @throws CANCELLED from each call once `stop` says so
 */
export function networkOf(graphs: AttackGraphs, { classes, least, stop }: Places): Network {
  const laid = (images: readonly Float32Array[]) => {
    checkStop(stop)
    const size = images[0]?.length ?? 0
    const all = new Float32Array(Math.max(least, images.length) * size)
    for (let row = 0; row * size < all.length; row++)
      all.set(images[Math.min(row, images.length - 1)] ?? [], row * size)
    return all
  }
  const apart = (all: Float32Array, images: Images, size: number) =>
    images.map((_, row) => all.slice(row * size, (row + 1) * size))
  return {
    async outputs(images) {
      return apart(await graphs.outputs(laid(images)), images, classes)
    },
    async crossEntropy(images, chosen) {
      const labels = laid(chosen.map((one) => oneHot(one, classes)))
      const { outputs, gradient } = await graphs.ofFloats(laid(images), { labels, weight: 1 })
      return {
        outputs: apart(outputs, images, classes),
        gradients: apart(gradient, images, images[0]?.length ?? 0),
      }
    },
    async weighted(images, weights) {
      const labels = laid(weights).map((value) => -value)
      const { gradient } = await graphs.ofFloats(laid(images), { labels, weight: 0 })
      return apart(gradient, images, images[0]?.length ?? 0)
    },
  }
}

function oneHot(chosen: number, classes: number): Float32Array {
  const labels = new Float32Array(classes)
  labels[chosen] = 1
  return labels
}
