import { changeNameOf } from '#shared/changedModel.ts'
import type { ConditionWords, StudyCondition } from '#shared/contract/index.ts'
import { wilson } from '#shared/maths/wilson.ts'
import type { Db } from '../../workspace/index.ts'
import { pairedTests, pairsWithFirst } from './pairs.ts'
import {
  bySource,
  cellCounts,
  type ClassCount,
  classCounts,
  type Condition,
  type ConfusionCount,
  confusionCounts,
  countImages,
  type ImageSource,
  type PlannedCondition,
  sourceKey,
} from '../../facts/index.ts'
import type { Grid, GridModel } from '../definition/index.ts'
import type { Sequences } from '../sequences/index.ts'
import { nextTurn } from '../../base/nextTurn.ts'

const level = 0.95

/**
 * Sums up stored facts. Every number depends on facts alone; nothing is measured here.
 *
 * @param sequences reads those of cells that lack images; null where none are shown
 */
export async function readGrid(
  db: Db,
  models: GridModel[],
  images: number,
  withTests: boolean,
  wordsOf: (condition: Condition) => ConditionWords,
  sequences: Pick<Sequences, 'ofCell' | 'ofDifference' | 'ofSum'> | null = null,
): Promise<Grid> {
  const cells: StudyCondition[] = []
  const counts = new Map<string, number>()
  const imagesIn = (source: ImageSource) => {
    const key = sourceKey(source)
    const known = counts.get(key) ?? countImages(db, source)
    counts.set(key, known)
    return known
  }
  const countsIn = bySource((source) => cellCounts(db, source))
  const measuredOf: NonNullable<Grid['measured']> = []
  const answers = { measured: 0, failed: 0, of: 0 }
  let missing = 0
  let complete = true
  for (const model of models) {
    const found: number[] = []
    for (const stored of model.conditions) {
      const of = imagesIn(stored.source)
      const { cell, measured } = readCell(
        countsIn(stored.source),
        model,
        stored,
        of,
        wordsOf(stored.condition),
      )
      const begun = cell.missing > 0 && cell.n > 0
      const sequence = begun ? await sequences?.ofCell(model, stored) : null
      cells.push(sequence ? { ...cell, sequence } : cell)
      found.push(measured)
      missing = Math.max(missing, of - measured)
      complete &&= cell.missing === 0
      answers.measured += measured
      answers.failed += cell.failed
      answers.of += measured + cell.failed + cell.missing
      await nextTurn()
    }
    if (found.length > 0)
      measuredOf.push({ model: model.title, least: Math.min(...found), most: Math.max(...found) })
  }
  const [planned, ...others] = counts.values()
  const aboutAll = others.length === 0 && planned === images
  const pairs = (cell: StudyCondition) => pairsWithFirst(db, models, cell)
  return {
    models,
    cells,
    images,
    complete,
    whole: (cell) => cell.missing === 0,
    measured: aboutAll ? measuredOf : null,
    answers,
    missing,
    perClass: (cell) => sumOver(db, cell, models, perClassOf),
    confusion: (cell) => sumOver(db, cell, models, confusionOf),
    pairs,
    lostShare(cell) {
      const { both = 0, first = 0 } = pairs(cell) ?? {}
      return both + first === 0 ? null : first / (both + first)
    },
    async known(terms, over) {
      if (!sequences || terms.every(({ cell }) => cell.missing === 0)) return null
      const found = terms.flatMap(({ cell, weight }) => {
        const model = models.find(({ id }) => id === cell.modelId)
        const stored = model?.conditions.find(({ condition }) => condition.key === cell.key)
        return model && stored ? [{ model, stored, weight }] : []
      })
      await nextTurn()
      return found.length === terms.length ? sequences.ofSum(found, over) : null
    },
    tests: withTests ? await pairedTests(db, models, complete ? null : sequences) : [],
  }
}

function readCell(
  count: ReturnType<typeof cellCounts>,
  model: GridModel,
  stored: PlannedCondition,
  of: number,
  words: ConditionWords,
): { cell: StudyCondition; measured: number } {
  const { condition, parts } = stored
  const { key, params, rewrite, preprocessing, readout } = condition
  const own = model.ownPreprocessing && !preprocessing && !readout
  const changed = rewrite && own ? changeNameOf(rewrite) : null
  const variantId = model.variantOf(stored)
  const total = { measured: 0, n: 0, correct: 0, correct5: 0, failed: 0 }
  for (const part of variantId === null ? [] : parts) {
    const found = count({ variantId, ...part })
    total.measured += found.measured
    total.n += found.n
    total.correct += found.correct
    total.correct5 += found.correct5
    total.failed += found.failed
  }
  const { measured, n, correct, correct5, failed } = total
  const ids = parts.flatMap(({ conditionId }) => conditionId ?? [])
  const cell: StudyCondition = {
    modelId: model.id,
    model: model.title,
    key,
    params,
    conditionIds: ids.length === parts.length ? ids : [],
    ...words,
    attacked: parts.some(({ transform }) => transform.op === 'attack'),
    unchangedModel:
      model.ownPreprocessing &&
      variantId === model.variantOf({ ...stored, condition: unchangedModel(condition) }),
    ...(changed === null ? {} : { changed }),
    n,
    correct,
    correct5,
    top1: n === 0 ? null : correct / n,
    top5: n === 0 ? null : correct5 / n,
    interval: n === 0 ? null : wilson(correct, n, level),
    failed,
    missing: Math.max(0, of - measured - failed),
  }
  return { cell, measured }
}

/** The condition with the model's own graph, preprocessing and outputs. */
const unchangedModel = ({ key, params, title, transform }: Condition): Condition => ({
  key,
  params,
  title,
  transform,
})

function sumOver<T>(
  db: Db,
  cell: StudyCondition,
  models: GridModel[],
  read: (db: Db, variantId: number, stored: PlannedCondition) => T[],
): T[] {
  const model = models.find(({ id }) => id === cell.modelId)
  const stored = model?.conditions.find(({ condition }) => condition.key === cell.key)
  const variantId = stored ? (model?.variantOf(stored) ?? null) : null
  return variantId === null || !stored ? [] : read(db, variantId, stored)
}

function perClassOf(db: Db, variantId: number, { parts, source }: PlannedCondition): ClassCount[] {
  const count = classCounts(db, source)
  const rows = parts.flatMap((part) => count({ variantId, ...part }))
  return [...Map.groupBy(rows, ({ classIndex }) => classIndex).values()].flatMap((group) => {
    const [first] = group
    if (!first) return []
    return [{ ...first, n: sum(group.map(({ n }) => n)), correct: sum(group.map(({ correct }) => correct)) }]
  })
}

function confusionOf(db: Db, variantId: number, { parts, source }: PlannedCondition): ConfusionCount[] {
  const count = confusionCounts(db, source)
  const rows = parts.flatMap((part) => count({ variantId, ...part }))
  const merged = Map.groupBy(rows, ({ truth, predicted }) => `${truth}\0${predicted}`)
  return [...merged.values()].flatMap((group) =>
    group[0] ? [{ ...group[0], n: sum(group.map(({ n }) => n)) }] : [],
  )
}

const sum = (values: number[]) => values.reduce((a, b) => a + b, 0)
