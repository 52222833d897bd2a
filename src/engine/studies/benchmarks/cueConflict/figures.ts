import type { FigureSpec } from '#shared/figures/spec.ts'
import { cueCounts, shapeBias } from '../../../metrics/index.ts'
import type { GridModel } from '../../definition/index.ts'
import { barsFigure, categoryBars, type Bar } from '../../summary/bars.ts'
import { conflictKey, countsByShape } from './decisions.ts'
import { biasInterval, type ModelDecisions } from './tables.ts'

const axis = { label: 'Shape bias', unit: 'percent', scale: 'linear', min: 0, max: 1 } as const

/** Shape bias of every model, with the mean of people as a line where their decisions are known. */
export function biasFigure(
  models: readonly GridModel[],
  own: readonly ModelDecisions[],
  people: number | null,
): FigureSpec {
  const barOf = ({ id }: GridModel): Bar | undefined => {
    const decisions = own.find((one) => one.id === id)?.decisions
    if (!decisions) return undefined
    const counts = cueCounts(decisions.values())
    return {
      value: shapeBias(counts),
      interval: biasInterval(counts),
      n: counts.shape + counts.texture,
      key: conflictKey,
    }
  }
  const figure = barsFigure({
    id: 'shape-bias',
    title: 'Shape bias',
    y: axis,
    models,
    groups: [{ id: 'bias', name: 'Shape decisions of shape and texture decisions', barOf }],
    notes: ['Of each bar, n: shape and texture decisions.'],
  })
  return people === null
    ? figure
    : { ...figure, references: [...figure.references, { label: 'People', axis: 'y', value: people }] }
}

/** Shape bias by category of the shape. */
export function categoryFigure(models: readonly GridModel[], own: readonly ModelDecisions[]): FigureSpec {
  const counts = new Map(own.map(({ id, decisions }) => [id, countsByShape(decisions?.values() ?? [])]))
  const categories = [...new Set([...counts.values()].flatMap((found) => [...found.keys()]))].sort()
  return categoryBars({
    id: 'shape-bias-categories',
    title: 'Shape bias by category',
    label: 'Shape',
    categories,
    y: axis,
    models,
    bandLabel: '95 % Wilson interval',
    barOf({ id }, category) {
      const found = counts.get(id)?.get(category)
      return found
        ? { value: shapeBias(found), interval: biasInterval(found), n: found.shape + found.texture }
        : undefined
    },
    notes: ['Of each bar, n: shape and texture decisions.'],
  })
}
