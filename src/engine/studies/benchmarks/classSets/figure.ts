import type { ClassSet } from '#shared/classSets.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { Grid, GridModel } from '../../definition/index.ts'
import { barsFigure } from '../../summary/bars.ts'
import { cellOf } from '../../summary/outcomes.ts'
import { ofAll, standsOn } from '../../summary/standsOn.ts'
import { ordinaryKey } from './keys.ts'
import type { Version } from './table.ts'

/** Top-1 on each version of a set and on ordinary images, model by model. */
export function accuracyFigure(
  grid: Grid,
  { id, title }: ClassSet,
  versions: readonly Version[],
): FigureSpec {
  const withOrdinary = grid.cells.some(({ key }) => key === ordinaryKey)
  const shown = [...versions, ...(withOrdinary ? [{ key: ordinaryKey, name: 'Ordinary images' }] : [])]
  return barsFigure({
    id: `${id}-accuracy`,
    title: `${title} top-1`,
    y: { label: 'Top-1 accuracy', unit: 'percent', scale: 'linear', min: 0 },
    models: grid.models,
    groups: shown.map(({ key, name }) => ({
      id: key,
      name,
      barOf(model: GridModel) {
        const cell = cellOf(grid, model.id, key)
        return cell
          ? { value: cell.top1, interval: cell.interval, ...standsOn(cell), ...ofAll(cell.sequence), key }
          : undefined
      },
    })),
    notes: [],
  })
}
