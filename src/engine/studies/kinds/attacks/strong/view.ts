import { formatCellRef } from '#shared/cellRef.ts'
import type { DataTable } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Grid, Metric } from '../../../definition/index.ts'
import { levelSeries } from '../../../summary/levels.ts'
import { epsilonLabel, normTitles } from '../norms.ts'
import { attackTitles, epsilonTitle } from '../titles.ts'
import { attacksOf, epsilonsOf, keyOf } from './conditions.ts'
import { isWhole, type Ensemble } from './ensemble.ts'
import type { StrongKind, StrongParams } from './params.ts'

/** The key of the point where all attacks of an epsilon are joined. */
export const jointKey = (epsilon: number): string => `joint,epsilon=${epsilon}`

const share = (count: number, n: number): number | null => (n === 0 ? null : count / n)

/** Accuracy against epsilon where all attacks are joined, a line for each model. */
export function jointFigure(grid: Grid, found: readonly Ensemble[], { norm }: StrongParams): FigureSpec {
  return {
    id: 'joint',
    kind: 'lines',
    title: 'Robust accuracy',
    x: { label: epsilonLabel(norm), unit: 'none', scale: 'linear', min: 0 },
    y: { label: 'Right under every attack', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    series: grid.models.map((model, slot) => {
      const clean = grid.cells.find(({ modelId, key }) => modelId === model.id && key === 'clean')
      const start =
        clean && clean.top1 !== null
          ? [
              {
                ...{
                  x: 0,
                  y: clean.top1,
                  n: clean.n,
                  ref: formatCellRef({ modelId: model.id, key: 'clean' }),
                },
                ...(clean.interval ? { lo: clean.interval.lo, hi: clean.interval.hi } : {}),
              },
            ]
          : []
      const points = found
        .filter((one) => one.model.id === model.id && one.n > 0)
        .map(({ epsilon, n, of, right, interval }) => ({
          ...{
            x: epsilon,
            y: right / n,
            n,
            ref: formatCellRef({ modelId: model.id, key: jointKey(epsilon) }),
          },
          ...(interval ? { lo: interval.lo, hi: interval.hi } : {}),
          ...(n < of ? { of } : {}),
        }))
      return {
        id: String(model.id),
        name: model.title,
        slot,
        origin: 'measured' as const,
        symbols: true,
        bandLabel: '95 % Wilson interval',
        points: [...start, ...points],
      }
    }),
    references: [],
    spans: [],
    notes: [
      'An image counts as right where its answer is right under every attack of the study and without one.',
    ],
    alt: `Share of images that are right under every attack against epsilon, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}

/** Accuracy against epsilon under one attack. */
export async function attackFigure(
  grid: Grid,
  kind: StrongKind,
  { norm }: StrongParams,
): Promise<FigureSpec> {
  return {
    id: `attack-${kind}`,
    kind: 'lines',
    title: `${attackTitles[kind]}, ${normTitles[norm]}`,
    x: { label: epsilonLabel(norm), unit: 'none', scale: 'linear', min: 0 },
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0, max: 1 },
    series: await levelSeries(
      grid,
      ({ params }) =>
        params['role'] === 'clean' || (params['role'] === 'attack' && params['attack'] === kind)
          ? Number(params['epsilon'])
          : null,
      { repeats: 1 },
    ),
    references: [],
    spans: [],
    notes: [],
    alt: `Top-1 accuracy under ${attackTitles[kind]} against epsilon, for ${grid.models.map(({ title }) => title).join(', ')}.`,
  }
}

/** The share of images that each attack makes wrong at the largest epsilon, by attack and model. */
export function brokenFigure(found: readonly Ensemble[], chosen: StrongParams): FigureSpec[] {
  const largest = Math.max(...epsilonsOf(chosen))
  const columns = found.filter(({ epsilon, clean }) => epsilon === largest && clean > 0)
  if (columns.length === 0) return []
  return [
    {
      id: 'broken',
      kind: 'heatmap',
      title: `What each attack makes wrong, ${epsilonTitle(largest, chosen.norm)}`,
      x: { label: 'Model', unit: 'none', scale: 'category' },
      y: { label: 'Attack', unit: 'none', scale: 'category' },
      series: [],
      references: [],
      spans: [],
      cells: {
        rows: [...attacksOf(chosen).map((kind) => attackTitles[kind]), 'any of them'],
        columns: columns.map(({ model }) => model.title),
        values: [
          ...attacksOf(chosen).flatMap((kind) =>
            columns.map(({ parts, clean }) =>
              share(parts.find((part) => part.kind === kind)?.broke ?? 0, clean),
            ),
          ),
          ...columns.map(({ clean, right }) => share(clean - right, clean)),
        ],
        map: 'sequential',
        label: 'Wrong, of those right before',
        unit: 'percent',
        range: { min: 0, max: 1 },
      },
      notes: columns.map(
        ({ model, clean, n }) => `${model.title}: ${clean} of ${n} images are right before.`,
      ),
      alt: `Share of images that each attack makes wrong at ${epsilonTitle(largest, chosen.norm)}, by model.`,
    },
  ]
}

/** The joined attacks, a row for each model and epsilon, and what each attack did. */
export function jointTables(found: readonly Ensemble[]): DataTable[] {
  return [
    {
      id: 'joint',
      title: 'Robust accuracy',
      comparedWithin: ['epsilon'],
      columns: [
        { key: 'model', title: 'Model', kind: 'text' },
        { key: 'epsilon', title: 'Epsilon', kind: 'number' },
        { key: 'n', title: 'Images', kind: 'integer' },
        { key: 'clean', title: 'Clean', kind: 'fraction', better: 'higher' },
        { key: 'right', title: 'Right under every attack', kind: 'fraction', better: 'higher' },
        { key: 'lo', title: '95 % from', kind: 'fraction' },
        { key: 'hi', title: 'to', kind: 'fraction' },
      ],
      rows: found.map(({ model, epsilon, n, clean, right, interval }) => ({
        ...{ model: model.title, epsilon, n, clean: share(clean, n), right: share(right, n) },
        ...{ lo: interval?.lo ?? null, hi: interval?.hi ?? null },
      })),
    },
    {
      id: 'parts',
      title: 'What each attack makes wrong',
      comparedWithin: ['epsilon', 'attack'],
      columns: [
        { key: 'model', title: 'Model', kind: 'text' },
        { key: 'epsilon', title: 'Epsilon', kind: 'number' },
        { key: 'attack', title: 'Attack', kind: 'text' },
        { key: 'n', title: 'Images right before', kind: 'integer' },
        { key: 'broke', title: 'It makes wrong', kind: 'integer' },
        { key: 'share', title: 'Share', kind: 'fraction', better: 'lower' },
        { key: 'alone', title: 'No other attack does', kind: 'integer' },
        { key: 'left', title: 'Right after it and those before', kind: 'fraction', better: 'higher' },
      ],
      rows: found.flatMap(({ model, epsilon, n, clean, parts }) =>
        parts.map(({ kind, broke, alone, left }) => ({
          ...{ model: model.title, epsilon, attack: attackTitles[kind], n: clean, broke, alone },
          ...{ share: share(broke, clean), left: share(left, n) },
        })),
      ),
    },
  ]
}

/** The share of images that are right under every attack at the largest epsilon. */
export function jointMetrics(grid: Grid, found: readonly Ensemble[], chosen: StrongParams): Metric[] {
  const largest = Math.max(0, ...epsilonsOf(chosen))
  return found
    .filter(({ epsilon }) => epsilon === largest)
    .map((one) => {
      const whole = isWhole(grid, one, chosen)
      const kinds = attacksOf(chosen).map((kind) => attackTitles[kind])
      return {
        key: `strong-attacks.${chosen.norm}`,
        title: `Robust accuracy, ${normTitles[chosen.norm]}, ${epsilonTitle(largest, chosen.norm)}`,
        unit: 'fraction' as const,
        better: 'higher' as const,
        modelId: one.model.id,
        value: whole ? share(one.right, one.n) : null,
        interval: whole ? one.interval : null,
        n: one.n,
        condition: `right under ${kinds.join(', ')}`,
        ...(kinds.length === 1 ? { cell: keyOf(attacksOf(chosen)[0] ?? 'apgd-ce', largest) } : {}),
      }
    })
}
