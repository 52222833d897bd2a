import type { Attack } from '#shared/attacks.ts'
import { normOf } from '../balls.ts'
import { nearestWrong, strongest, type AttackedImages } from './strongest.ts'

/** What is known of the least epsilon that makes the answer for an image wrong, for each image. */
export interface LeastEpsilons {
  /** The largest epsilon that was tried without success; 0 where none was. */
  withstood: Float64Array
  /** The smallest norm of a change with success, so an epsilon that suffices; 0 where the answer is wrong already, Infinity where none had success. */
  broken: Float64Array
}

/**
 * Bisects between 0 and the epsilon of an attack: the whole epsilon first, then the middle of what is left, `halvings` times. Of cw
 * both are the distance of the nearest wrong image. For images whose class the network does not know both are NaN.
 */
export async function leastEpsilons(
  attack: Attack,
  attacked: AttackedImages,
  halvings: number,
): Promise<LeastEpsilons> {
  const { images, classes } = attacked
  const withstood = new Float64Array(images.length)
  const broken = new Float64Array(images.length).fill(Infinity)
  if (attack.kind === 'cw') {
    const found = await nearestWrong(attack, attacked)
    for (const [at, { norm }] of found.entries()) {
      broken[at] = norm <= attack.epsilon ? norm : Infinity
      withstood[at] = Math.min(norm, attack.epsilon)
    }
  } else {
    const zero = await strongest({ ...attack, restarts: 0 }, attacked, [])
    for (const [at, { wrong }] of zero.entries()) if (wrong) broken[at] = 0
    for (let halving = 0; halving <= halvings; halving++) {
      const left = [...images.keys()].filter(
        (at) => broken[at] !== 0 && (halving === 0 || broken[at] !== Infinity),
      )
      if (left.length === 0) break
      const epsilons = left.map((at) =>
        halving === 0 ? attack.epsilon : ((withstood[at] ?? 0) + (broken[at] ?? 0)) / 2,
      )
      const found = await strongest(attack, part(attacked, left), epsilons)
      for (const [place, at] of left.entries()) {
        const tried = epsilons[place] ?? 0
        const one = found[place]
        if (one?.wrong) broken[at] = Math.min(tried, lengthOf(one.x, images[at] ?? one.x, attack))
        else withstood[at] = tried
      }
    }
  }
  for (const [at, y] of classes.entries()) if (y < 0) withstood[at] = broken[at] = Number.NaN
  return { withstood, broken }
}

/** The norm of a change: a wrong image that is nearer than it had to be shows that a smaller epsilon suffices. */
const lengthOf = (x: Float32Array, x0: Float32Array, attack: Attack): number =>
  normOf(
    x.map((value, i) => value - (x0[i] ?? 0)),
    attack.norm ?? 'linf',
  )

const part = (
  { images, classes, keys, ...rest }: AttackedImages,
  places: readonly number[],
): AttackedImages => ({
  ...rest,
  images: places.map((at) => images[at] ?? new Float32Array(0)),
  classes: places.map((at) => classes[at] ?? -1),
  keys: places.map((at) => keys[at] ?? ''),
})
