import type { Sequence } from '#shared/contract/index.ts'
import { confidenceSequence, sequentialP } from '#shared/maths/confidenceSequence.ts'
import {
  answersInTurn,
  bySource,
  imagesInTurn,
  measuredCounter,
  sourceKey,
  type ImageSource,
  type InTurn,
  type PlannedCondition,
} from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { GridModel } from '../definition/index.ts'
import { drawsOf, rangeOf, summedValues, type Part, type Term } from './population.ts'

const level = 0.95

/** What sequences are read of: a model with its conditions and variants. */
export type ReadModel = Pick<GridModel, 'id' | 'conditions' | 'variantOf'>

/** p-values, valid at any moment, of two models under one condition: that a is not above b, and b not above a. */
export interface Comparison {
  key: string
  notAbove: number
  notBelow: number
}

/** Answers of a model under one of its conditions, and the whole number that the accuracy of these counts. */
export interface SumTerm {
  model: ReadModel
  stored: PlannedCondition
  weight: number
}

/** Reads confidence sequences of the stored facts of a study. */
export interface Sequences {
  /** The sequence of top-1 under a condition; null before the first look. */
  ofCell(model: ReadModel, stored: PlannedCondition): Promise<Sequence | null>
  /**
   * The sequence of a weighted sum of accuracies over all images, divided by `over`: a mean of draws, a change, a difference
   * of models. Terms of one source are added up image by image, so that what they have in common counts once; different
   * sources are drawn from independently. null before the first look of all terms, where all images are measured, and where
   * sources differ in size or in the weights of their terms: then none is known.
   */
  ofSum(terms: readonly SumTerm[], over: number): Promise<Sequence | null>
  /**
   * The sequence of the difference of two models' accuracies on the same images, a minus b, from -1 to 1, under a condition
   * that both have; null as `ofSum`.
   */
  ofDifference(a: ReadModel, b: ReadModel, key: string): Promise<Sequence | null>
  /** Compares two models under the conditions that they share; for each, both p-values. */
  compared(a: ReadModel, b: ReadModel): Promise<Comparison[]>
}

/** @param seed of the order in which the study measures its images */
export function sequencesOf(db: Db, seed: number): Sequences {
  const measured = measuredCounter(db)
  const turnOf = bySource((source) => imagesInTurn(db, source, seed))
  const termOf = async ({ model: { variantOf }, stored, weight }: SumTerm) => {
    const turn = await turnOf(stored.source)
    const variantId = variantOf(stored)
    const read =
      variantId === null
        ? new Uint8Array()
        : answersInTurn(db, turn, variantId, stored, measured(variantId, stored))
    return { turn, source: stored.source, key: sourceKey(stored.source), read, weight }
  }
  /** Draws of the values that terms add up to, in `of` parts; null where none are fair. */
  const drawsFor = async (terms: readonly SumTerm[]) => {
    const read: ReadTerm[] = []
    for (const term of terms) read.push(await termOf(term))
    const sources = [...Map.groupBy(read, ({ key }) => key).values()]
    if (!areApart(sources.flatMap(([one]) => one?.source ?? []))) return null
    const parts = sources.map(summedPart)
    const of = parts[0]?.values.of ?? 1
    const draws = drawsOf(parts)
    const [total = 0, ...others] = draws.totals
    const alike = parts.every(({ values }) => values.of === of) && others.every((size) => size === total)
    return alike ? { ...draws, of, total, sources: parts.length } : null
  }
  const ofSum: Sequences['ofSum'] = async (terms, over) => {
    const draws = await drawsFor(terms)
    if (!draws || draws.looks.length === 0 || draws.n === draws.known.total) return null
    const { looks, known, n, of, total, sources, estimate } = draws
    const { lo, hi } = confidenceSequence(looks, known, 1 / of, level)
    const { offset } = rangeOf(terms)
    const sum = (mean: number) => (sources * of * mean - offset) / over
    return {
      ...{ lo: sum(lo), hi: sum(hi), level, n: Math.floor(n / sources), of: total },
      estimate: estimate === null ? null : sum(estimate),
    }
  }
  const difference = (a: ReadModel, b: ReadModel, key: string): SumTerm[] | null => {
    const [stored, other] = [a, b].map(({ conditions }) =>
      conditions.find(({ condition }) => condition.key === key),
    )
    return stored && other
      ? [
          { model: a, stored, weight: 1 },
          { model: b, stored: other, weight: -1 },
        ]
      : null
  }
  return {
    async ofCell(model, stored) {
      const draws = await drawsFor([{ model, stored, weight: 1 }])
      if (!draws || draws.looks.length === 0) return null
      const { looks, known, n, estimate } = draws
      return { ...confidenceSequence(looks, known, 1, level), level, n, of: known.total, estimate }
    },
    ofSum,
    async ofDifference(a, b, key) {
      const terms = difference(a, b, key)
      return terms && ofSum(terms, 1)
    },
    async compared(a, b) {
      const found: Comparison[] = []
      const alpha = (1 - level) / (2 * Math.max(1, a.conditions.length))
      for (const { condition } of a.conditions) {
        const terms = difference(a, b, condition.key)
        if (!terms) continue
        const draws = await drawsFor(terms)
        const p = (side: 'above' | 'below') =>
          draws && draws.known.total > 0 ? sequentialP(draws.looks, draws.known, 0.5, side, alpha) : 1
        found.push({ key: condition.key, notAbove: p('above'), notBelow: p('below') })
      }
      return found
    },
  }
}

interface ReadTerm extends Term {
  turn: InTurn
  source: ImageSource
  key: string
}

/** Whether no image belongs to two of the sources, so that they are drawn from independently: other datasets, or other parts. */
function areApart(sources: readonly ImageSource[]): boolean {
  const places = new Set(sources.map(({ datasetId, part }) => JSON.stringify([datasetId, part ?? null])))
  return places.size === sources.length && (sources.length < 2 || sources.every(({ part }) => part != null))
}

/** Terms of one source as values of its images. */
function summedPart(terms: readonly ReadTerm[]): Part {
  const [first] = terms
  return { turn: first?.turn ?? { classes: new Int32Array() }, values: summedValues(terms) }
}
