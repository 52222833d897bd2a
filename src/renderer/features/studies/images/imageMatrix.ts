import type { StudyImageRow } from '#shared/contract/index.ts'
import { conditionTitle, isAsItIs } from '../conditionTitle.ts'
import { imageAxis, wayOf } from './imageCurves.ts'

/** Pictures of one image under the conditions of a study: a row per way of changing it, a column per place of the axis. */
export interface ImageMatrix {
  /** Name of the axis; null where conditions have none. */
  parameter: string | null
  columns: number[]
  rows: { title: string; cells: (MatrixCell | null)[] }[]
}

export interface MatrixCell {
  key: string
  title: string
  /** One per model that was measured. */
  rows: StudyImageRow[]
}

/** What tells rows of the matrix apart: the way the image was changed, and the draw. */
function rowTitle(params: StudyImageRow['params'], parameter: string | null): string {
  const draws = Object.entries(params).flatMap(([name, value]) =>
    name !== parameter && (name === 'repeat' || name === 'sample') ? [`draw ${Number(value) + 1}`] : [],
  )
  return [wayOf(params, parameter), ...draws].filter(Boolean).join(', ')
}

/** The clean image stands at the head of every row. */
export function imageMatrix(rows: readonly StudyImageRow[], at = imageAxis(rows)): ImageMatrix {
  const baseline = at.conditions.find(({ key }) => isAsItIs(key)) ?? null
  const others = at.conditions.filter((condition) => condition !== baseline)
  const columns = [...new Set(others.map(({ x }) => x))].sort((a, b) => a - b)
  const cell = ({ key, rows }: { key: string; rows: StudyImageRow[] }): MatrixCell => ({
    key,
    title: conditionTitle(key),
    rows,
  })
  const groups = Map.groupBy(others, ({ rows: [first] }) => rowTitle(first?.params ?? {}, at.parameter))
  return {
    parameter: at.parameter,
    columns,
    rows: [...groups].map(([title, conditions]) => ({
      title: title || 'image',
      cells: [
        baseline && cell(baseline),
        ...columns.map((x) => {
          const found = conditions.find((condition) => condition.x === x)
          return found ? cell(found) : null
        }),
      ],
    })),
  }
}
