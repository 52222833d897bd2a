import type { StudyImageRow } from '#shared/contract/index.ts'
import type { ImageAxis, ImageCondition } from './imageCurves.ts'

/**
 * Pictures of one image under the conditions of a study: a row per way of changing it, a column per position on the
 * axis.
 */
export interface ImageMatrix {
  /** Positions on the axis, or in the order, from the first. */
  columns: { x: number; title: string }[]
  rows: { title: string; cells: (MatrixCell | null)[] }[]
}

export interface MatrixCell {
  key: string
  title: string
  /** One row per measured model. */
  rows: StudyImageRow[]
}

/** Title of a row of the matrix: the way the image was changed, and the draw. */
const rowTitle = ({ way, draw }: ImageCondition): string => [way, draw].filter(Boolean).join(', ')

/** Builds the matrix. Every row begins with the unchanged image. */
export function imageMatrix({ conditions }: ImageAxis): ImageMatrix {
  const baseline = conditions.find((condition) => condition.baseline) ?? null
  const others = conditions.filter((condition) => condition !== baseline)
  const titles = new Map(others.map(({ x, place }) => [x, place]))
  const columns = [...titles].map(([x, title]) => ({ x, title })).sort((a, b) => a.x - b.x)
  const cell = ({ key, title, rows }: MatrixCell): MatrixCell => ({ key, title, rows })
  const groups = Map.groupBy(others, rowTitle)
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
