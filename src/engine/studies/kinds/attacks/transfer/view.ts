import type { DataTable, KeyNumber } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { keyNumber } from '../../../summary/keyNumber.ts'
import { standsOn } from '../../../summary/standsOn.ts'
import { accuracyMetric } from '../../../summary/metrics.ts'
import type { Grid, Metric } from '../../../definition/index.ts'
import { attackTitles, epsilonTitle } from '../titles.ts'
import type { TransferParams } from './params.ts'

/** Table 4: success rates by model and epsilon, counted in both ways, with the clean error beside them. */
export function successTable(grid: Grid, from: ReadonlyMap<number, { title: string }>): DataTable {
  return {
    id: 'success',
    title: 'Attack success rate',
    comparedWithin: ['epsilon', 'surrogate'],
    columns: [
      { key: 'model', title: 'Model', kind: 'text' },
      { key: 'epsilon', title: 'Epsilon', kind: 'number' },
      { key: 'levels', title: 'n/255', kind: 'number' },
      { key: 'n', title: 'Images', kind: 'integer' },
      { key: 'success', title: 'Success, all images', kind: 'fraction', better: 'lower' },
      { key: 'lo', title: '95 % from', kind: 'fraction' },
      { key: 'hi', title: 'to', kind: 'fraction' },
      { key: 'conditional', title: 'Success, of those right before', kind: 'fraction', better: 'lower' },
      { key: 'surrogate', title: 'Images made with', kind: 'text' },
    ],
    rows: grid.cells.map((cell) => ({
      model: cell.model,
      epsilon: Number(cell.params['epsilon']),
      levels: Number(cell.params['epsilon']) * 255,
      n: cell.n,
      success: cell.top1 === null ? null : 1 - cell.top1,
      lo: cell.interval ? 1 - cell.interval.hi : null,
      hi: cell.interval ? 1 - cell.interval.lo : null,
      conditional: grid.lostShare(cell),
      surrogate: from.get(cell.modelId)?.title ?? '',
    })),
  }
}

/** The share of all images that are wrong under the largest epsilon that was measured. */
export function keyOf(grid: Grid): KeyNumber | null {
  const whole = grid.cells.filter((cell) => cell.top1 !== null && grid.whole(cell))
  const largest = Math.max(0, ...whole.map(({ params }) => Number(params['epsilon'])))
  return keyNumber(
    largest === 0 ? 'Wrong without an attack' : `Success at ${epsilonTitle(largest)}, all images`,
    'fraction',
    whole
      .filter(({ params }) => Number(params['epsilon']) === largest)
      .map(({ modelId, top1, n }) => ({ modelId, value: top1 === null ? null : 1 - top1, n })),
  )
}

/** Success over all images at each epsilon, with its Wilson interval. */
export const successMetrics = (grid: Grid, attack: TransferParams['attack']): Metric[] =>
  grid.cells
    .filter(({ params }) => Number(params['epsilon']) > 0)
    .map((cell) => {
      const { value, interval, ...rest } = accuracyMetric(
        grid,
        cell,
        `transfer-attack.${attack}-${Number(cell.params['epsilon'])}`,
        `${attackTitles[attack]}, success at ${epsilonTitle(Number(cell.params['epsilon']))}`,
      )
      return {
        ...rest,
        better: 'lower' as const,
        value: value === null ? null : 1 - value,
        interval: interval && { ...interval, lo: 1 - interval.hi, hi: 1 - interval.lo },
      }
    })

/** Success rate against epsilon. The point at 0 is the clean error. */
export function successFigure(grid: Grid): FigureSpec {
  return {
    id: 'success',
    kind: 'lines',
    title: 'Attack success',
    x: { label: 'Epsilon in [0,1] units', unit: 'none', scale: 'linear', min: 0 },
    y: { label: 'Attack success rate, all images', unit: 'percent', scale: 'linear', min: 0 },
    series: grid.models.map((model, slot) => ({
      id: String(model.id),
      name: model.title,
      slot,
      origin: 'measured' as const,
      symbols: true,
      bandLabel: '95 % Wilson interval',
      points: grid.cells
        .filter(({ modelId }) => modelId === model.id)
        .map((cell) => ({
          x: Number(cell.params['epsilon']),
          y: cell.top1 === null ? null : 1 - cell.top1,
          ...standsOn(cell),
          ...(cell.sequence ? { all: { lo: 1 - cell.sequence.hi, hi: 1 - cell.sequence.lo } } : {}),
          ref: `${model.id}|${cell.key}`,
          ...(cell.interval ? { lo: 1 - cell.interval.hi, hi: 1 - cell.interval.lo } : {}),
        })),
    })),
    references: [],
    spans: [],
    notes: ['Clean mistakes count as success, as in Table 4; the point at 0 is the clean error.'],
    alt: `Attack success rate against epsilon, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}
