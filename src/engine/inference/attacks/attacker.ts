import { KernelscopeError } from '#shared/errors.ts'
import { unitFloats } from '#shared/maths/unit.ts'
import { emptyFacts, factsOf, type Facts } from '../facts.ts'
import { gradientOutput, labelsInput, weightInput } from '../gradientNames.ts'
import { createSession, floatsOf, floatTensor } from '../ort.ts'
import type { Answers, InferenceTask, OpenAttackRequest, WorkerSessions } from '../protocol.ts'
import type { Gradient } from './gradient.ts'
import { follow } from './trajectory.ts'

/** Opens the graphs of an attack. The result attacks batches of images. */
export async function openAttacker(request: OpenAttackRequest): Promise<WorkerSessions> {
  const gradients = await createSession(request.gradientPath, request)
  const forward = await createSession(request.path, request)
  const { height, width, classes, input, output, probabilities } = request
  const values = height * width * 3

  const logitsOf = async (x: Float32Array): Promise<Float32Array> => {
    const n = x.length / values
    const results = await forward.run({ [input]: floatTensor(x, [n, height, width, 3]) }, [output])
    return floatsOf(results[output], output, n * classes)
  }
  const gradientOf =
    (labels: Float32Array, weight: number): Gradient =>
    async (x) => {
      const n = x.length / values
      const feeds = {
        [input]: floatTensor(x, [n, height, width, 3]),
        [labelsInput]: floatTensor(labels, [n, classes]),
        [weightInput]: floatTensor(Float32Array.of(weight), [1]),
      }
      const results = await gradients.run(feeds, [gradientOutput])
      return floatsOf(results[gradientOutput], gradientOutput, x.length)
    }

  async function attack({
    pixels,
    first,
    batch,
    rows,
    targets,
    keys,
    runs,
    keep,
  }: Extract<InferenceTask, { kind: 'attack' }>): Promise<Answers['attack']> {
    const started = performance.now()
    const x0 = unitFloats(new Uint8Array(pixels, first * values, batch * values))
    const lossGradient = gradientOf(oneHot(targets, batch, classes, 1), 1)
    const logitGradient = gradientOf(oneHot(targets, batch, classes, -1), 0)
    // Padding rows repeat the key of the last image, so that every row has a generator.
    const allKeys = Array.from({ length: batch }, (_, row) => keys[Math.min(row, keys.length - 1)] ?? '')
    const worst = runs.map(() => new WorstCase(rows, classes, values, probabilities))
    for (let restart = 0; restart < (runs[0]?.restarts ?? 1); restart++) {
      await follow(x0, allKeys, runs, restart, { lossGradient, logitGradient }, async (run, x) =>
        worst[run]?.take(await logitsOf(x), x, targets, keep && run === runs.length - 1),
      )
    }
    return {
      facts: worst.map((one) => one.facts(targets)),
      images: keep ? (worst.at(-1)?.images ?? null) : null,
      milliseconds: performance.now() - started,
    }
  }
  return {
    async ask(asked) {
      if (asked.kind !== 'attack') throw new KernelscopeError('INTERNAL', `an attacker cannot ${asked.kind}`)
      return attack(asked)
    },
    async release() {
      await gradients.release()
      await forward.release()
    },
  }
}

function oneHot(targets: Int32Array, batch: number, classes: number, value: number): Float32Array {
  const labels = new Float32Array(batch * classes)
  targets.forEach((target, row) => {
    if (target >= 0 && row < batch) labels[row * classes + target] = value
  })
  return labels
}

/** Keeps, for each image, the restart after which the true class has the smallest margin. */
class WorstCase {
  readonly #outputs: Float32Array
  readonly #margins: Float64Array
  readonly #rows: number
  readonly #classes: number
  readonly #values: number
  readonly #probabilities: boolean
  images: Float32Array | null = null

  constructor(rows: number, classes: number, values: number, probabilities: boolean) {
    this.#outputs = new Float32Array(rows * classes)
    this.#margins = new Float64Array(rows).fill(Infinity)
    this.#rows = rows
    this.#classes = classes
    this.#values = values
    this.#probabilities = probabilities
  }

  take(outputs: Float32Array, x: Float32Array, targets: Int32Array, keep: boolean): void {
    if (keep) this.images ??= new Float32Array(this.#rows * this.#values)
    for (let row = 0; row < this.#rows; row++) {
      const z = outputs.subarray(row * this.#classes, (row + 1) * this.#classes)
      const margin = marginOf(z, targets[row] ?? -1)
      if (margin >= (this.#margins[row] ?? Infinity)) continue
      this.#margins[row] = margin
      this.#outputs.set(z, row * this.#classes)
      if (keep) this.images?.set(x.subarray(row * this.#values, (row + 1) * this.#values), row * this.#values)
    }
  }

  facts(targets: Int32Array): Facts {
    return this.#rows === 0
      ? emptyFacts(0)
      : factsOf(this.#outputs, this.#rows, this.#classes, targets, this.#probabilities)
  }
}

/** Output of the true class minus the largest other output; -Infinity where an output is not finite. */
function marginOf(z: Float32Array, target: number): number {
  let other = -Infinity
  for (let k = 0; k < z.length; k++) {
    const value = z[k] ?? NaN
    if (!Number.isFinite(value)) return -Number.MAX_VALUE
    if (k !== target) other = Math.max(other, value)
  }
  return (z[target] ?? 0) - other
}
