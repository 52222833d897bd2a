import type { Interval } from '#shared/contract/index.ts'
import { corruptionNames } from '#shared/transforms/index.ts'
import {
  alexnet,
  alexnetErrors,
  benchmarkCorruptions,
  corruptionSummary,
  type CorruptionBaseline,
  type CorruptionErrors,
  type CorruptionSummary,
} from '../../../metrics/index.ts'
import type { Db } from '../../../workspace/index.ts'
import type { Grid, GridModel } from '../../grid.ts'
import { meanInterval, remembered } from '../intervals.ts'
import { breath, cellOf, measured, outcomes } from '../outcomes.ts'
import { cleanKey, keyOf, severities } from './conditions.ts'

/** What counts as 100. */
export interface Unit {
  name: string
  /** null for AlexNet. */
  modelId: number | null
  baseline: CorruptionBaseline
}

/** AlexNet's published errors go with the published files only; else a model of the study, or nothing. */
export function unitOf(grid: Grid, published: boolean, model: GridModel | null): Unit | null {
  if (model)
    return {
      name: model.title,
      modelId: model.id,
      baseline: { errors: errorsOf(grid, model), clean: cleanErrorOf(grid, model) },
    }
  return published ? { name: 'AlexNet', modelId: null, baseline: alexnet } : null
}

/** Top-1 errors of the whole cells of a model; null where a cell is missing or not whole. */
export const errorsOf = (grid: Grid, model: GridModel): CorruptionErrors =>
  Object.fromEntries(
    corruptionNames.map((name) => [
      name,
      severities.map((severity) => {
        const cell = cellOf(grid, model.id, keyOf(name, severity))
        return cell?.top1 == null || !grid.whole(cell) ? null : 1 - cell.top1
      }),
    ]),
  )

export function cleanErrorOf(grid: Grid, model: GridModel): number | null {
  const cell = cellOf(grid, model.id, cleanKey)
  return cell?.top1 == null || !grid.whole(cell) ? null : 1 - cell.top1
}

export interface Scores extends CorruptionSummary {
  mceInterval: Interval | null
  accuracyInterval: Interval | null
  /** Images per cell; null where cells differ. */
  images: number | null
}

const nothing: CorruptionBaseline = { errors: {}, clean: null }

/** The scores of a model with bootstrap intervals over pictures, each drawn with all its corrupted versions. */
export async function scoresOf(db: Db, grid: Grid, model: GridModel, unit: Unit | null): Promise<Scores> {
  const baseline = unit?.baseline ?? nothing
  const summary = corruptionSummary(errorsOf(grid, model), cleanErrorOf(grid, model), baseline)
  const counts = new Set(
    grid.cells.filter(({ modelId, key }) => modelId === model.id && key !== cleanKey).map(({ n }) => n),
  )
  const variants = measured(model, keyOf(corruptionNames[0], 5))
  const key = (what: string, value: number) =>
    `${what} ${variants?.variantId} ${value} ${model.conditions.length}`
  const mceValues =
    summary.mce === null || unit?.modelId === model.id
      ? null
      : await perPicture(db, model, mceWeights(baseline))
  const accuracies = summary.meanAccuracyAt5 === null ? null : await perPicture(db, model, accuracyWeights())
  return {
    ...summary,
    mceInterval: mceValues && remembered(key('mce', summary.mce ?? 0), () => meanInterval(mceValues)),
    accuracyInterval:
      accuracies && remembered(key('mean5', summary.meanAccuracyAt5 ?? 0), () => meanInterval(accuracies)),
    images: counts.size === 1 ? ([...counts][0] ?? null) : null,
  }
}

/** What a wrong (or right) answer in a cell adds to the score of a picture. */
interface Weight {
  key: string
  whenWrong: number
  whenRight: number
}

/** mCE as a mean over pictures: 100/15 times the errors of a picture over the baseline's sum, corruption by corruption. */
function mceWeights({ errors }: CorruptionBaseline): Weight[] {
  return benchmarkCorruptions.flatMap((name) => {
    const sum = (errors[name] ?? alexnetErrors[name] ?? []).reduce<number>((total, e) => total + (e ?? 0), 0)
    const whenWrong = 100 / (benchmarkCorruptions.length * sum)
    return severities.map((severity) => ({ key: keyOf(name, severity), whenWrong, whenRight: 0 }))
  })
}

const accuracyWeights = (): Weight[] =>
  corruptionNames.map((name) => ({
    key: keyOf(name, 5),
    whenWrong: 0,
    whenRight: 1 / corruptionNames.length,
  }))

/** The score of every picture; null where the cells do not show the same pictures. */
async function perPicture(db: Db, model: GridModel, weights: Weight[]): Promise<Float64Array | null> {
  const values = new Map<string, { value: number; cells: number }>()
  for (const { key, whenWrong, whenRight } of weights) {
    const parted = measured(model, key)?.stored.source.part !== undefined
    for (const { picture, imageId, correct } of outcomes(db, model, key)) {
      const name = parted ? picture : String(imageId)
      const known = values.get(name) ?? { value: 0, cells: 0 }
      values.set(name, {
        value: known.value + (correct === true ? whenRight : whenWrong),
        cells: known.cells + 1,
      })
    }
    await breath()
  }
  const all = [...values.values()]
  return all.some(({ cells }) => cells !== weights.length)
    ? null
    : Float64Array.from(all, ({ value }) => value)
}
