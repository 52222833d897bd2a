import { levelLabel, type ConditionsFile } from '#shared/conditionsFile.ts'
import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { getDataset } from '../../../datasets/index.ts'
import type { Grid, View, ViewContext } from '../../definition/index.ts'
import { accuracyTable } from '../../summary/accuracyTable.ts'
import { againstBaselineTable, type PairedRow } from '../../summary/againstBaseline.ts'
import { categoryBars } from '../../summary/bars.ts'
import { keyNumber } from '../../summary/keyNumber.ts'
import { levelSeries } from '../../summary/levels.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { ofAll, standsOn } from '../../summary/standsOn.ts'
import { baselineKey, keyOf, type OwnConditionsParams } from './params.ts'
import { countsOf, pairingOf, picturesOf, rightOf, type Pairing, type Pictures } from './pairing.ts'

/** What the study shows: accuracies, changes picture by picture, and what does not pair. */
export async function viewOf(
  grid: Grid,
  { file, clean }: OwnConditionsParams,
  { workspace: { db }, source }: ViewContext,
): Promise<View> {
  if (file === null) return { tables: [], figures: [], reported: [], key: null, notes: [] }
  const [model] = grid.models
  const pictures = new Map<string, Pictures>()
  for (const { condition, source: images } of model?.conditions ?? [])
    pictures.set(condition.key, await picturesOf(db, images))
  const levels = file.levels.filter(({ folder }) => pictures.has(keyOf(folder)))
  const base = pictures.get(baselineKey)
  const pairings = new Map<string, Pairing>()
  const rows: PairedRow[] = []
  for (const level of levels) {
    const own = pictures.get(keyOf(level.folder))
    if (base && own) pairings.set(level.folder, pairingOf(own, base))
  }
  for (const each of grid.models) {
    if (!base) break
    const before = await rightOf(db, each, baselineKey, base)
    for (const level of levels) {
      const own = pictures.get(keyOf(level.folder))
      if (!own) continue
      const now = await rightOf(db, each, keyOf(level.folder), own)
      const counts = before.size > 0 && now.size > 0 ? countsOf(before, now) : null
      rows.push({ model: each.title, condition: levelLabel(level, file.unit), counts })
    }
  }
  const lacking = file.levels.filter((level) => !levels.includes(level))
  return {
    tables: [
      accuracyTable(grid),
      ...(base ? [againstBaselineTable(rows), pairingTable(file, levels, pairings)] : []),
    ],
    figures: [await figureOf(grid, file, levels)],
    reported: [],
    key: keyNumber(
      'Mean top-1 over the levels',
      'fraction',
      grid.models.map(({ id }) => meanOf(grid, id, levels.length)),
    ),
    notes: [
      ...(base
        ? [
            clean === null
              ? `Baseline: the folder ${file.baseline ?? ''}.`
              : `Baseline: the images of ${getDataset(db, clean).title} with the classes of ${getDataset(db, source.datasetId).title}.`,
          ]
        : ['No baseline, so no change: name a folder in conditions.json, or choose a dataset.']),
      ...[...pairings].flatMap(([folder, pairing]) => unpairedNotes(folder, pairing)),
      ...(lacking.length > 0 ? [`Without images: ${lacking.map(({ folder }) => folder).join(', ')}.`] : []),
    ],
  }
}

/** Names shown of those that do not pair. */
const shownNames = 3

function unpairedNotes(folder: string, { both, onlyLevel, twice }: Pairing): string[] {
  if (both === 0) return [`${folder}: no image pairs with the baseline, so it has no change.`]
  const list = (names: readonly string[]) =>
    `${names.slice(0, shownNames).join(', ')}${names.length > shownNames ? ', …' : ''}`
  return [
    ...(onlyLevel.length > 0
      ? [`${folder}: ${onlyLevel.length} without a picture in the baseline: ${list(onlyLevel)}.`]
      : []),
    ...(twice.length > 0 ? [`${folder}: ${twice.length} names stand for two images: ${list(twice)}.`] : []),
  ]
}

function pairingTable(
  { unit }: ConditionsFile,
  levels: ConditionsFile['levels'],
  pairings: ReadonlyMap<string, Pairing>,
): DataTable {
  return {
    id: 'pairing',
    title: 'What pairs with the baseline',
    columns: [
      { key: 'condition', title: 'Condition', kind: 'text' },
      { key: 'folder', title: 'Folder', kind: 'text' },
      { key: 'both', title: 'Pairs', kind: 'integer' },
      { key: 'onlyLevel', title: 'Only in the level', kind: 'integer' },
      { key: 'onlyBaseline', title: 'Only in the baseline', kind: 'integer' },
      { key: 'twice', title: 'Names of two images', kind: 'integer' },
      { key: 'first', title: 'First that do not pair', kind: 'text' },
    ],
    rows: levels.flatMap((level) => {
      const pairing = pairings.get(level.folder)
      if (!pairing) return []
      const { both, onlyLevel, onlyBaseline, twice } = pairing
      const first = [...onlyLevel, ...twice, ...onlyBaseline].slice(0, shownNames).join(', ')
      return [
        {
          ...{ condition: levelLabel(level, unit), folder: level.folder, both, first },
          ...{ onlyLevel: onlyLevel.length, onlyBaseline: onlyBaseline.length, twice: twice.length },
        },
      ]
    }),
  }
}

function meanOf(grid: Grid, modelId: number, levels: number) {
  const cells = grid.cells.filter((cell) => cell.modelId === modelId && cell.key !== baselineKey)
  const whole = cells.length === levels && cells.every((cell) => grid.whole(cell) && cell.top1 !== null)
  const mean = cells.reduce((sum, { top1 }) => sum + (top1 ?? Number.NaN), 0) / cells.length
  return { modelId, value: whole ? mean : null, n: Math.min(...cells.map(({ n }) => n)) }
}

const valueOf = ({ params: { value } }: StudyCondition) => (value === undefined ? null : Number(value))

/** Accuracy against the values of the levels; bars where they have none. */
async function figureOf(
  grid: Grid,
  file: ConditionsFile,
  levels: ConditionsFile['levels'],
): Promise<FigureSpec> {
  const y = { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 } as const
  const label = file.unit === undefined ? file.axis : `${file.axis} (${file.unit})`
  const names = grid.models.map(({ title }) => title).join(', ')
  if (levels.every(({ value }) => value !== undefined))
    return {
      id: 'own-conditions',
      kind: 'lines',
      title: file.axis,
      x: { label, unit: 'none', scale: 'linear' },
      y,
      series: await levelSeries(grid, valueOf, { repeats: 1 }),
      references: [],
      spans: [],
      notes: [],
      alt: `Top-1 accuracy against ${label}, for ${names}.`,
    }
  const shown = new Map(levels.map((level) => [levelLabel(level, file.unit), keyOf(level.folder)]))
  return categoryBars({
    id: 'own-conditions',
    title: file.axis,
    label,
    categories: [...shown.keys()],
    y,
    models: grid.models,
    bandLabel: '95 % Wilson interval',
    barOf(model, category) {
      const key = shown.get(category) ?? ''
      const cell = cellOf(grid, model.id, key)
      return cell
        ? { value: cell.top1, interval: cell.interval, ...standsOn(cell), ...ofAll(cell.sequence), key }
        : undefined
    },
    notes: [],
  })
}
