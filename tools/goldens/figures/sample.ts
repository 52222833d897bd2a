/**
 * Makes tests/engine/figures/gallery/specs from figures of the sample's studies: links to cells are left out, numbers
 * have three digits, large maps are thinned.
 * Run: kernelscope figure STUDY --format json --out FOLDER for each study, then
 *      node tools/goldens/figures/sample.ts FILE.json=NAME …
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { figureSpec, type FigureSpec } from '#shared/figures/spec.ts'

const target = join(import.meta.dirname, '../../../tests/engine/figures/gallery/specs')
type Cells = NonNullable<FigureSpec['cells']>

const rounded = (_key: string, value: unknown) =>
  typeof value === 'number' ? Number(value.toPrecision(3)) : value

function plain(spec: FigureSpec): FigureSpec {
  const series = spec.series.map((one) => ({
    ...one,
    points: one.points.map(({ ref: _, ...point }) => point),
  }))
  return { ...spec, series, ...(spec.cells ? { cells: thinned(spec.cells) } : {}) }
}

/** Every second row and column of a large map; the first two photographs of a gallery. */
function thinned(cells: Cells): Cells {
  if (cells.pictures) {
    const pictures = cells.pictures.slice(0, 2)
    const rows = Math.max(...pictures.map(({ row, rows }) => row + rows))
    const values = cells.values.slice(0, rows * cells.columns.length)
    return { ...cells, pictures, rows: cells.rows.slice(0, rows), values }
  }
  if (cells.values.length <= 2500) return cells
  const even = (_: unknown, at: number) => at % 2 === 0
  const width = cells.columns.length
  return {
    ...cells,
    rows: cells.rows.filter(even),
    columns: cells.columns.filter(even),
    values: cells.values.filter((_, at) => Math.floor(at / width) % 2 === 0 && (at % width) % 2 === 0),
  }
}

mkdirSync(target, { recursive: true })
for (const argument of process.argv.slice(2)) {
  const [file = '', name = ''] = argument.split('=')
  const spec = plain(figureSpec.parse(JSON.parse(readFileSync(file, 'utf8'))))
  writeFileSync(join(target, `${name}.json`), `${JSON.stringify(spec, rounded)}\n`)
}
