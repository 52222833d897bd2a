import { onEdge, project, stepped, type Norm } from '../balls.ts'
import type { Attacked, Found } from './attacked.ts'
import type { Images, Network } from './network.ts'
import { isWrong, marginOf, type Objective } from './objectives.ts'

/** Share of steps that must raise the loss, for the step size to stay. */
const rho = 0.75
/** Weight of a step against the momentum of the one before. */
const weight = 0.75

/** The iterate of one image. */
interface Iterate extends Attacked {
  objective: Objective
  x: Float32Array
  before: Float32Array
  gradient: Float32Array
  size: number
  best: { x: Float32Array; gradient: Float32Array; loss: number; margin: number }
  /** Loss at the start and after each step. */
  losses: number[]
  /** At the last checkpoint: the best loss, and whether the step size was halved. */
  checked: { loss: number; halved: boolean }
  wrong: boolean
}

/**
 * Auto-PGD (Croce and Hein 2020, algorithm 1): steps with momentum from a random place on the edge of the ball, whose size is
 * halved at checkpoints where too few steps raised the loss, or where the best loss did not grow; it then goes on from the best
 * place. An image is done when its answer is wrong.
 *
 * @param objectives of each image
 */
export async function autoPgd(
  images: readonly Attacked[],
  objectives: readonly Objective[],
  { steps, norm }: { steps: number; norm: Norm },
  network: Network,
): Promise<Found[]> {
  const all = images.map((image, at) => begin(image, objectives[at], norm))
  await evaluate(all, network)
  for (const one of all) one.checked.loss = one.best.loss
  const least = Math.max(Math.floor(0.06 * steps), 1)
  const shorter = Math.max(Math.floor(0.03 * steps), 1)
  let period = Math.max(Math.floor(0.22 * steps), 1)
  let since = 0
  for (let step = 0; step < steps; step++) {
    const active = all.filter(({ wrong }) => !wrong)
    if (active.length === 0) break
    for (const one of active) advance(one, norm, step === 0)
    await evaluate(active, network)
    if (++since < period) continue
    for (const one of active) check(one, period)
    period = Math.max(period - shorter, least)
    since = 0
  }
  return all.map(({ wrong, x, best }) =>
    wrong ? { x, wrong, margin: -1 } : { x: best.x, wrong, margin: best.margin },
  )
}

function begin(image: Attacked, objective: Objective | undefined, norm: Norm): Iterate {
  const { x0, epsilon, random } = image
  if (!objective) throw new RangeError('an image has no objective')
  const direction = norm === 'l2' ? random.normals(x0.length) : x0.map(() => 2 * random.uniform() - 1)
  const x = onEdge(x0, direction, epsilon, norm)
  const nothing = new Float32Array(0)
  return {
    ...image,
    objective,
    x,
    before: x,
    gradient: nothing,
    size: 2 * epsilon,
    best: { x, gradient: nothing, loss: -Infinity, margin: Infinity },
    losses: [],
    checked: { loss: -Infinity, halved: true },
    wrong: false,
  }
}

/** Loss and gradient at the iterates, and whether they are wrong. */
async function evaluate(all: readonly Iterate[], network: Network): Promise<void> {
  const { outputs, gradients } = await differentiated(
    all.map(({ x }) => x),
    all,
    network,
  )
  for (const [at, one] of all.entries()) {
    const z = outputs[at] ?? new Float32Array(0)
    one.gradient = gradients[at] ?? new Float32Array(0)
    one.wrong = isWrong(z, one.y)
    const loss = one.objective.value(z, one.y)
    one.losses.push(loss)
    if (loss > one.best.loss)
      one.best = { x: one.x, gradient: one.gradient, loss, margin: marginOf(z, one.y) }
  }
}

/** Outputs, and gradients of the objectives. Images of one attack have objectives of one kind. */
async function differentiated(x: Images, all: readonly Iterate[], network: Network) {
  const classes = all.map(({ y }) => y)
  if (all.every(({ objective }) => objective.weights === null)) return network.crossEntropy(x, classes)
  const outputs = await network.outputs(x)
  const weights = outputs.map((z, at) => all[at]?.objective.weights?.(z, all[at].y) ?? z.map(() => 0))
  return { outputs, gradients: await network.weighted(x, weights) }
}

function advance(one: Iterate, norm: Norm, first: boolean): void {
  const { x, x0, before, epsilon, gradient } = one
  const a = first ? 1 : weight
  const moved = stepped(x, gradient, one.size, norm)
  project(moved, x0, epsilon, norm)
  for (let i = 0; i < moved.length; i++) {
    const here = x[i] ?? 0
    moved[i] = here + ((moved[i] ?? 0) - here) * a + (here - (before[i] ?? 0)) * (1 - a)
  }
  project(moved, x0, epsilon, norm)
  one.before = x
  one.x = moved
}

/** Halves the step size and goes back to the best place, where the last `period` steps were in vain. */
function check(one: Iterate, period: number): void {
  const { losses, best, checked } = one
  const last = losses.slice(-period - 1)
  const rises = last.filter((loss, at) => at > 0 && loss > (last[at - 1] ?? Infinity)).length
  const halved = rises <= rho * period || (!checked.halved && checked.loss >= best.loss)
  one.checked = { loss: best.loss, halved }
  if (!halved) return
  one.size /= 2
  one.x = best.x
  one.gradient = best.gradient
}
