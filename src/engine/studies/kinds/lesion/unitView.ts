import type { DataTable, StudyCondition } from '#shared/contract/index.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { changeOf } from '../../summary/levels.ts'
import type { Grid } from '../../definition/index.ts'
import { aloneFigure } from './view.ts'

const isUnit = ({ params }: StudyCondition) => params['kind'] === 'unit'
const placeOf = (cell: StudyCondition) => (isUnit(cell) ? Number(cell.params['place']) - 1 : null)

/** The change in accuracy when one residual unit is removed, in order of depth. */
export const unitFigure = (grid: Grid): Promise<FigureSpec> =>
  aloneFigure(grid, {
    id: 'single-units',
    what: 'unit',
    count: Math.max(0, ...grid.cells.map((cell) => (placeOf(cell) ?? -1) + 1)),
    placeOf,
    label: 'Residual unit removed',
    notes: [
      'Bars: top-1 without the unit minus top-1 of the whole model. Units count in order of depth; the table names them.',
      'Where a shortcut is a projection, it stays.',
    ],
  })

/** A row for each unit of each model. */
export const unitTable = (grid: Grid): DataTable => ({
  id: 'units',
  title: 'Every unit alone',
  columns: [
    { key: 'model', title: 'Model', kind: 'text' },
    { key: 'place', title: 'Unit', kind: 'integer' },
    { key: 'block', title: 'Block', kind: 'integer' },
    { key: 'branch', title: 'Branch removed', kind: 'text' },
    { key: 'skip', title: 'What stays', kind: 'text' },
    { key: 'n', title: 'Images', kind: 'integer' },
    { key: 'top1', title: 'Top-1', kind: 'fraction' },
    { key: 'lo', title: '95 % from', kind: 'fraction' },
    { key: 'hi', title: 'to', kind: 'fraction' },
    { key: 'change', title: 'Change', kind: 'points' },
  ],
  rows: grid.cells.filter(isUnit).map((cell) => ({
    model: cell.model,
    place: Number(cell.params['place']),
    block: Number(cell.params['block']),
    branch: String(cell.params['unit']),
    skip: cell.params['skip'] === 'projection' ? 'projection of the input' : 'input',
    n: cell.n,
    top1: cell.top1,
    lo: cell.interval?.lo ?? null,
    hi: cell.interval?.hi ?? null,
    change: changeOf(grid, cell),
  })),
})
