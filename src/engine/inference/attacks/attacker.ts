import { stopsWhenWrong } from '#shared/attacks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { unitFloats } from '#shared/maths/unit.ts'
import { factsOf, type Facts } from '../facts.ts'
import type { Answers, InferenceTask, OpenAttackRequest, WorkerSessions } from '../protocol.ts'
import { openAttackGraphs, type AttackGraphs, type Scored } from './graphs.ts'
import { checkStop, leastEpsilons, networkOf, strongAttack } from './strong/index.ts'
import { follow } from './trajectory.ts'
import { roundTo8Bit } from './updates.ts'
import { WorstCase } from './worstCase.ts'

type Asked = Extract<InferenceTask, { kind: 'attack' }>

/** Opens the graphs of an attack. The result attacks batches of images. */
export async function openAttacker(request: OpenAttackRequest): Promise<WorkerSessions> {
  const graphs = await openAttackGraphs(request)
  return {
    async ask(asked) {
      if (asked.kind === 'attack') return attack(request, graphs, asked)
      if (asked.kind === 'leastEpsilons') return leastOf(request, graphs, asked)
      if (asked.kind === 'scores') return scores(request, graphs, asked)
      throw new KernelscopeError('INTERNAL', `an attacker cannot ${asked.kind}`)
    },
    release: () => graphs.release(),
  }
}

async function attack(
  request: OpenAttackRequest,
  graphs: AttackGraphs,
  asked: Asked,
): Promise<Answers['attack']> {
  const { height, width, classes, probabilities } = request
  const { pixels, first, batch, rows, targets, keys, runs, keep, older = false, stop } = asked
  const started = performance.now()
  const values = height * width * 3
  const levels = new Uint8Array(pixels, first * values, batch * values)
  const x0 = unitFloats(levels)
  const loss = { labels: oneHot(targets, batch, classes, 1), weight: 1 }
  const logit = { labels: oneHot(targets, batch, classes, -1), weight: 0 }
  const at: { images: Scored | null } = { images: null }
  const lossGradient = async (x: Float32Array) => {
    checkStop(stop)
    return (await graphs.ofFloats(x, loss)).gradient
  }
  const attacked = {
    cleanGradient: async () =>
      older ? lossGradient(x0) : (at.images ??= await graphs.ofLevels(levels, loss)).gradient,
    lossGradient,
    async logitGradient(x: Float32Array) {
      checkStop(stop)
      return (await graphs.ofFloats(x, logit)).gradient
    },
  }
  // Padding rows repeat the key of the last image, so that every row has a generator.
  const allKeys = Array.from({ length: batch }, (_, row) => keys[Math.min(row, keys.length - 1)] ?? '')
  const worst = runs.map(() => new WorstCase(rows, classes, values, probabilities))
  const take = async (run: number, x: Float32Array) =>
    worst[run]?.take(await graphs.outputs(x), x, targets, keep && run === runs.length - 1)
  if (runs[0] && stopsWhenWrong(runs[0])) {
    await strongAttack(runs, imagesIn(request, graphs, asked), async (run, images) => {
      const x = x0.slice()
      for (const [row, image] of images.entries()) x.set(image, row * values)
      if (runs[run]?.rounded) roundTo8Bit(x)
      await take(run, x)
    })
    return given(null)
  }
  for (let restart = 0; restart < (runs[0]?.restarts ?? 1); restart++) {
    await follow(x0, allKeys, runs, restart, attacked, take)
  }
  return given(at.images && factsOf(at.images.outputs, rows, classes, targets, probabilities))

  function given(clean: Facts | null): Answers['attack'] {
    return {
      facts: worst.map((one) => one.facts(targets)),
      clean,
      images: keep ? (worst.at(-1)?.images ?? null) : null,
      milliseconds: performance.now() - started,
    }
  }
}

async function leastOf(
  request: OpenAttackRequest,
  graphs: AttackGraphs,
  asked: Extract<InferenceTask, { kind: 'leastEpsilons' }>,
): Promise<Answers['leastEpsilons']> {
  const started = performance.now()
  const found = await leastEpsilons(asked.attack, imagesIn(request, graphs, asked), asked.halvings)
  return { ...found, milliseconds: performance.now() - started }
}

/** The images of a slice one by one, without the padding. */
function imagesIn(
  { height, width, classes, fixed }: OpenAttackRequest,
  graphs: AttackGraphs,
  { pixels, first, batch, rows, targets, keys, stop }: Omit<Asked, 'kind' | 'runs' | 'keep'>,
) {
  const values = height * width * 3
  const least = fixed ? batch : Math.min(2, batch)
  return {
    height,
    width,
    images: Array.from({ length: rows }, (_, row) =>
      unitFloats(new Uint8Array(pixels, (first + row) * values, values)),
    ),
    classes: [...targets.subarray(0, rows)],
    keys,
    network: networkOf(graphs, { classes, least, stop }),
  }
}

/** All that the graphs give for a slice of clean images, for the gradient of the first class. */
async function scores(
  { height, width, classes }: OpenAttackRequest,
  graphs: AttackGraphs,
  { pixels, first, batch, rows }: Extract<InferenceTask, { kind: 'scores' }>,
): Promise<Answers['scores']> {
  const started = performance.now()
  const values = height * width * 3
  const levels = new Uint8Array(pixels, first * values, batch * values)
  const labels = oneHot(new Int32Array(batch), batch, classes, 1)
  const { outputs, gradient } = await graphs.ofLevels(levels, { labels, weight: 1 })
  const attacked = await graphs.outputs(unitFloats(levels))
  const milliseconds = performance.now() - started
  const part = (all: Float32Array, each: number) => all.slice(0, rows * each)
  return {
    clean: part(outputs, classes),
    gradient: part(gradient, values),
    attacked: part(attacked, classes),
    milliseconds,
  }
}

function oneHot(targets: Int32Array, batch: number, classes: number, value: number): Float32Array {
  const labels = new Float32Array(batch * classes)
  targets.forEach((target, row) => {
    if (target >= 0 && row < batch) labels[row * classes + target] = value
  })
  return labels
}
