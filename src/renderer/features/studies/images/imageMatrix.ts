import type { StudyImageRow } from '#shared/contract/index.ts'
import type { ImageAxis } from './imageCurves.ts'

/** Pictures of one image under the conditions of a study: a row per way of changing it, a column per place of the axis. */
export interface ImageMatrix {
  /** Places of the axis, or of the order, from the first. */
  columns: { x: number; title: string }[]
  rows: { title: string; cells: (MatrixCell | null)[] }[]
}

export interface MatrixCell {
  key: string
  title: string
  /** One per model that was measured. */
  rows: StudyImageRow[]
}

/** What tells rows of the matrix apart: the way the image was changed, and the draw. */
const rowTitle = (row: StudyImageRow | undefined): string => [row?.way, row?.draw].filter(Boolean).join(', ')

/** The unchanged image stands at the head of every row. */
export function imageMatrix({ conditions }: ImageAxis): ImageMatrix {
  const baseline = conditions.find((condition) => condition.baseline) ?? null
  const others = conditions.filter((condition) => condition !== baseline)
  const titles = new Map(others.map(({ x, place }) => [x, place]))
  const columns = [...titles].map(([x, title]) => ({ x, title })).sort((a, b) => a.x - b.x)
  const cell = ({ key, title, rows }: MatrixCell): MatrixCell => ({ key, title, rows })
  const groups = Map.groupBy(others, ({ rows: [first] }) => rowTitle(first))
  return {
    columns,
    rows: [...groups].map(([title, own]) => ({
      title: title || 'image',
      cells: [
        baseline && cell(baseline),
        ...columns.map(({ x }) => {
          const found = own.find((condition) => condition.x === x)
          return found ? cell(found) : null
        }),
      ],
    })),
  }
}
