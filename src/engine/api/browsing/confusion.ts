import type { ClassScore, Confusion, ConfusionPair } from '#shared/contract/index.ts'
import { firstName } from '#shared/labelWords.ts'
import { wilson } from '#shared/maths/wilson.ts'
import { betterOrder } from '../../metrics/index.ts'
import type { ConfusionCounts } from '../../datasets/index.ts'
import { targetsOf, type StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'

const level = 0.95

/**
 * Computes the scores of each class (shares in [0, 1], 95 % Wilson intervals), the most frequent mistakes and a
 * confusion matrix.
 *
 * @param pairs number of mistakes to list
 * @param matrix number of classes in the matrix; 0 for none
 */
export function confusionOf(
  db: Db,
  counts: ConfusionCounts,
  datasetId: number,
  model: StoredModel,
  { pairs, matrix }: { pairs: number; matrix: number },
): Confusion {
  const names = db
    .prepare<[number], string>('SELECT name FROM class WHERE dataset_id = ? ORDER BY idx')
    .pluck()
    .all(datasetId)
  const targets = targetsOf(names, { set: model.labelSet, names: model.labels })
  const targetOf = (truth: number) => targets.get(names[truth] ?? '') ?? -1
  const labelOf = (output: number) => firstName(model.labels[output] ?? `class ${output}`)
  const totals = new Map<number, number>()
  const predictedTotals = new Map<number, number>()
  const worst = new Map<number, { predicted: number; n: number }>()
  const mistakes: ConfusionPair[] = []
  const add = (sums: Map<number, number>, key: number, n: number) => sums.set(key, (sums.get(key) ?? 0) + n)
  counts.truth.forEach((truth, k) => {
    const [predicted, n] = [counts.predicted[k] ?? -1, counts.count[k] ?? 0]
    add(totals, truth, n)
    add(predictedTotals, predicted, n)
    if (predicted === targetOf(truth)) return
    if (n > (worst.get(truth)?.n ?? 0)) worst.set(truth, { predicted, n })
    mistakes.push({
      truth,
      predicted,
      truthName: names[truth] ?? `class ${truth}`,
      predictedName: labelOf(predicted),
      n,
      share: 0,
    })
  })
  for (const pair of mistakes) pair.share = pair.n / (totals.get(pair.truth) ?? 1)
  mistakes.sort((a, b) => b.n - a.n || b.share - a.share || a.truth - b.truth || a.predicted - b.predicted)
  const classes = [...totals].map(([index, n]): ClassScore => {
    const correct = counts.right.get(index) ?? 0
    const predicted = predictedTotals.get(targetOf(index)) ?? 0
    const most = worst.get(index)
    return {
      index,
      name: names[index] ?? `class ${index}`,
      output: targetOf(index) < 0 ? null : targetOf(index),
      n,
      correct,
      predicted,
      recall: n === 0 ? null : correct / n,
      precision: predicted === 0 ? null : correct / predicted,
      interval: n === 0 ? null : wilson(correct, n, level),
      confusedWith: most ? labelOf(most.predicted) : null,
      confusedN: most?.n ?? 0,
    }
  })
  return {
    n: counts.n,
    correct: counts.correct,
    classes,
    pairs: mistakes.slice(0, pairs),
    mistakes: mistakes.length,
    rightInOtherOrder: betterOrder(
      Array.from(counts.truth, (truth, k) => ({
        truth,
        predicted: counts.predicted[k] ?? -1,
        n: counts.count[k] ?? 0,
      })),
      counts.correct,
    ),
    matrix: matrix === 0 ? null : matrixOf(counts, mistakes, classes, targetOf, matrix),
  }
}

/**
 * Builds the matrix [classes, classes + 1] over the `size` classes with the most mistakes, counted as true and as
 * predicted class. Classes keep the order of the dataset; the last column counts all other predictions.
 */
function matrixOf(
  counts: ConfusionCounts,
  mistakes: readonly ConfusionPair[],
  classes: readonly ClassScore[],
  targetOf: (truth: number) => number,
  size: number,
): Confusion['matrix'] {
  const classOf = new Map(classes.map(({ index }) => [targetOf(index), index]))
  classOf.delete(-1)
  const weight = new Map<number, number>()
  for (const { truth, predicted, n } of mistakes)
    for (const index of [truth, classOf.get(predicted)])
      if (index !== undefined) weight.set(index, (weight.get(index) ?? 0) + n)
  const order = classes
    .map(({ index }) => index)
    .sort((a, b) => (weight.get(b) ?? 0) - (weight.get(a) ?? 0) || a - b)
    .slice(0, size)
    .sort((a, b) => a - b)
  const place = new Map(order.map((index, k) => [index, k]))
  const width = order.length + 1
  const cells = new Array<number>(order.length * width).fill(0)
  counts.truth.forEach((truth, k) => {
    const row = place.get(truth)
    if (row === undefined) return
    const column = place.get(classOf.get(counts.predicted[k] ?? -1) ?? -1) ?? order.length
    cells[row * width + column] = (cells[row * width + column] ?? 0) + (counts.count[k] ?? 0)
  })
  return { order, counts: cells }
}
