import type { Attack } from '#shared/attacks.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { generator } from '#shared/random.ts'
import { autoPgd } from './apgd.ts'
import type { Attacked, Found, Sides } from './attacked.ts'
import { carliniWagner } from './cw.ts'
import type { Images, Network } from './network.ts'
import { crossEntropy, isWrong, logitsRatio, logitsRatioTo, marginOf, ranked } from './objectives.ts'
import { squareAttack } from './square.ts'

/** Images under attack. */
export interface AttackedImages extends Sides {
  images: Images
  /** True classes; -1 where the network does not know it. */
  classes: readonly number[]
  /** Digests, for random numbers. */
  keys: readonly string[]
  network: Network
}

/** Classes that the losses need: those of the outputs that they name, which are different. */
const classesFor: Partial<Record<Attack['kind'], number>> = { 'apgd-dlr': 3, 'apgd-t': 4 }

/**
 * Attacks images with one of the attacks of `stopsWhenWrong`. Gives for each the image that makes the answer wrong, or else the one
 * with the smallest margin that was found. Images that are wrong already stay, and those whose class the network does not know.
 *
 * @param attack not cw, which bounds nothing
 * @param epsilons of each image
 * @throws MODEL_UNSUPPORTED where the network has fewer classes than the loss needs
 */
export async function strongest(
  attack: Attack,
  { images, classes, keys, network, ...sides }: AttackedImages,
  epsilons: readonly number[],
): Promise<Found[]> {
  const clean = await network.outputs(images)
  const needed = classesFor[attack.kind] ?? 2
  if ((clean[0]?.length ?? 0) < needed)
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `the attack ${attack.kind} needs a network with at least ${needed} classes`,
      { hint: 'Choose apgd-ce or square.' },
    )
  const found = images.map((x, at): Found => {
    const [z, y] = [clean[at] ?? new Float32Array(0), classes[at] ?? -1]
    return { x, wrong: y < 0 || isWrong(z, y), margin: y < 0 ? Infinity : marginOf(z, y) }
  })
  const targets = attack.kind === 'apgd-t' ? Math.min(attack.targets ?? 1, (clean[0]?.length ?? 1) - 1) : 1
  for (let target = 0; target < targets; target++)
    for (let restart = 0; restart < attack.restarts; restart++) {
      const left = [...images.keys()].filter((at) => !found[at]?.wrong)
      if (left.length === 0) return found
      const attacked = left.map((at): Attacked => ({
        x0: images[at] ?? new Float32Array(0),
        y: classes[at] ?? -1,
        epsilon: epsilons[at] ?? 0,
        random: generator('attack', attack.kind, attack.seed, keys[at] ?? '', restart, target),
      }))
      const aims = left.map((at) => ranked(clean[at] ?? new Float32Array(0))[target + 1] ?? 0)
      const made = await once(attack, attacked, aims, sides, network)
      for (const [place, at] of left.entries()) {
        const [one, best] = [made[place], found[at]]
        if (one && best && (one.wrong || one.margin < best.margin)) found[at] = one
      }
    }
  return found
}

function once(
  attack: Attack,
  images: readonly Attacked[],
  aims: readonly number[],
  sides: Sides,
  network: Network,
): Promise<Found[]> {
  const { kind, steps, alpha, norm = 'linf' } = attack
  if (kind === 'square') return squareAttack(images, { steps, alpha, norm }, sides, network)
  const objectives = images.map((_, at) =>
    kind === 'apgd-t' ? logitsRatioTo(aims[at] ?? 0) : kind === 'apgd-dlr' ? logitsRatio : crossEntropy,
  )
  return autoPgd(images, objectives, { steps, norm }, network)
}

/**
 * The nearest wrong image of each by Carlini and Wagner's attack, and its L2 distance: 0 where the answer is wrong already or the
 * class is not known, Infinity where none was found.
 */
export async function nearestWrong(attack: Attack, { images, classes, keys, network }: AttackedImages) {
  const clean = await network.outputs(images)
  const found = images.map((x) => ({ x, norm: 0 }))
  const left = [...images.keys()].filter((at) => {
    const [z, y] = [clean[at] ?? new Float32Array(0), classes[at] ?? -1]
    return y >= 0 && !isWrong(z, y)
  })
  if (left.length === 0) return found
  const attacked = left.map((at): Attacked => ({
    x0: images[at] ?? new Float32Array(0),
    y: classes[at] ?? -1,
    epsilon: Infinity,
    random: generator('attack', attack.kind, attack.seed, keys[at] ?? ''),
  }))
  const { steps, alpha, searches = 9 } = attack
  const made = await carliniWagner(attacked, { steps, alpha, searches }, network)
  for (const [place, at] of left.entries())
    found[at] = made[place] ?? { x: images[at] ?? new Float32Array(0), norm: Infinity }
  return found
}
