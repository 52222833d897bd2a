import type { Attacked, Found, Sides } from './attacked.ts'
import type { Norm } from '../balls.ts'
import type { Network } from './network.ts'
import { isWrong, marginOf } from './objectives.ts'
import { firstSquares, nextSquares } from './squareL2.ts'
import { firstStripes, nextSquare } from './squareLinf.ts'

/** Queries, of 10,000, after which the share of the pixels that a square has is halved. */
const halvings = [10, 50, 200, 500, 1000, 2000, 4000, 6000, 8000]

/**
 * Side of a square at query `query` of `queries`: of a share of the pixels, which is halved on a schedule that is scaled to the
 * number of queries.
 */
export function sideAt(query: number, queries: number, share: number, { height, width }: Sides): number {
  const place = Math.floor((query / queries) * 10_000)
  const halved = share / 2 ** halvings.filter((from) => place > from).length
  return Math.max(Math.round(Math.sqrt(halved * height * width)), 1)
}

interface State extends Attacked, Found {}

/**
 * Square attack (Andriushchenko et al. 2020): a random search that asks for outputs only. Each query changes a square at a random
 * place, and is kept where it lowers the margin of the true class. An image is done when its answer is wrong.
 *
 * @param attack first share of the pixels, and queries after the first
 */
export async function squareAttack(
  images: readonly Attacked[],
  { steps: queries, alpha: share, norm }: { steps: number; alpha: number; norm: Norm },
  sides: Sides,
  network: Network,
): Promise<Found[]> {
  const first = norm === 'l2' ? firstSquares : firstStripes
  const next = norm === 'l2' ? nextSquares : nextSquare
  const all = images.map((image): State => ({
    ...image,
    x: first(image, sides),
    wrong: false,
    margin: Infinity,
  }))
  const ask = async (states: readonly State[], tried: readonly Float32Array[]) => {
    const outputs = await network.outputs(tried)
    for (const [at, one] of states.entries()) {
      const z = outputs[at] ?? new Float32Array(0)
      const margin = marginOf(z, one.y)
      const wrong = isWrong(z, one.y)
      if (!wrong && margin >= one.margin) continue
      Object.assign(one, { x: tried[at], margin, wrong })
    }
  }
  await ask(
    all,
    all.map(({ x }) => x),
  )
  for (let query = 0; query < queries; query++) {
    const active = all.filter(({ wrong }) => !wrong)
    if (active.length === 0) break
    const side = sideAt(query, queries, share, sides)
    await ask(
      active,
      active.map((one) => next(one, side, sides)),
    )
  }
  return all
}
