import type { Sequence } from '#shared/contract/index.ts'
import { confidenceSequence, sequentialP } from '#shared/maths/confidenceSequence.ts'
import {
  answersInTurn,
  bySource,
  imagesInTurn,
  measuredCounter,
  type PlannedCondition,
} from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { GridModel } from '../definition/index.ts'
import { comparedValues, drawsOf, valuesOf, type Draws } from './population.ts'

const level = 0.95

/** What sequences are read of: a model with its conditions and variants. */
export type ReadModel = Pick<GridModel, 'id' | 'conditions' | 'variantOf'>

/** p-values, valid at any moment, of two models under one condition: that a is not above b, and b not above a. */
export interface Comparison {
  key: string
  notAbove: number
  notBelow: number
}

/** Reads confidence sequences of the stored facts of a study. */
export interface Sequences {
  /** The sequence of top-1 under a condition; null before the first look. */
  ofCell(model: ReadModel, stored: PlannedCondition): Promise<Sequence | null>
  /**
   * The sequence of the difference of two models' accuracies on the same images, a minus b, from -1 to 1, under a condition
   * that both have; null before the first look, or where all images are measured.
   */
  ofDifference(a: ReadModel, b: ReadModel, key: string): Promise<Sequence | null>
  /** Compares two models under the conditions that they share; for each, both p-values. */
  compared(a: ReadModel, b: ReadModel): Promise<Comparison[]>
}

/** @param seed of the order in which the study measures its images */
export function sequencesOf(db: Db, seed: number): Sequences {
  const measured = measuredCounter(db)
  const turnOf = bySource((source) => imagesInTurn(db, source, seed))
  const answersOf = async ({ variantOf }: ReadModel, stored: PlannedCondition) => {
    const turn = await turnOf(stored.source)
    const variantId = variantOf(stored)
    const read =
      variantId === null
        ? new Uint8Array()
        : answersInTurn(db, turn, variantId, stored, measured(variantId, stored))
    return { turn, read }
  }
  return {
    async ofCell(model, stored) {
      const { turn, read } = await answersOf(model, stored)
      return sequenceOf(drawsOf(turn, valuesOf(read)))
    },
    async ofDifference(a, b, key) {
      const [stored, other] = [a, b].map(({ conditions }) =>
        conditions.find(({ condition }) => condition.key === key),
      )
      if (!stored || !other) return null
      const [left, right] = [await answersOf(a, stored), await answersOf(b, other)]
      const draws = drawsOf(left.turn, comparedValues(left.read, right.read))
      const { looks, known, n, estimate } = draws
      if (looks.length === 0 || n === known.total) return null
      const { lo, hi } = confidenceSequence(looks, known, 0.5, level)
      const difference = (mean: number) => 2 * mean - 1
      return {
        ...{ lo: difference(lo), hi: difference(hi), level, n, of: known.total },
        estimate: estimate === null ? null : difference(estimate),
      }
    },
    async compared(a, b) {
      const found: Comparison[] = []
      const alpha = (1 - level) / (2 * Math.max(1, a.conditions.length))
      for (const stored of a.conditions) {
        const other = b.conditions.find(({ condition }) => condition.key === stored.condition.key)
        if (!other) continue
        const [left, right] = [await answersOf(a, stored), await answersOf(b, other)]
        const { looks, known } = drawsOf(left.turn, comparedValues(left.read, right.read))
        const p = (side: 'above' | 'below') =>
          known.total === 0 ? 1 : sequentialP(looks, known, 0.5, side, alpha)
        found.push({ key: stored.condition.key, notAbove: p('above'), notBelow: p('below') })
      }
      return found
    },
  }
}

function sequenceOf({ looks, known, n, estimate }: Draws): Sequence | null {
  if (looks.length === 0) return null
  return { ...confidenceSequence(looks, known, 1, level), level, n, of: known.total, estimate }
}
