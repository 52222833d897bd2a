import type { EChartsOption } from 'echarts'
import { lut, lutIndex } from '#shared/colour/maps.ts'
import { plainNumber } from '#shared/figures/format.ts'
import { cellRange } from '#shared/figures/cellRange.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { cellMap, type FigureTheme } from '#shared/figures/theme.ts'

type Cells = NonNullable<FigureSpec['cells']>

/**
 * Heatmaps with more cells than this are drawn as one picture, because fifty thousand shapes take seconds to appear.
 */
const most = 2500

export const isPicture = ({ cells }: FigureSpec): boolean =>
  cells !== undefined && (cells.pictures !== undefined || cells.values.length > most)

/** The longer side of the picture has at least this many pixels, so that cells keep sharp edges when it is scaled. */
const leastSide = 1600

/** The photographs of a heatmap, in the order of its `pictures`. */
export const photographs = ({ pictures = [] }: Cells): Promise<ImageBitmap[]> =>
  Promise.all(
    pictures.map(({ png }) => {
      const bytes = Uint8Array.from(atob(png), (character) => character.charCodeAt(0))
      return createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    }),
  )

/**
 * Paints the cells in the colours of the theme's map, with photographs in their places. Cells without a value or
 * photograph are transparent.
 */
export function cellsCanvas(
  cells: Cells,
  theme: FigureTheme,
  photos: readonly ImageBitmap[],
): HTMLCanvasElement {
  const [width, height] = [cells.columns.length, cells.rows.length]
  const { min, max } = cellRange(cells)
  const colours = lut(cellMap(cells.map, theme))
  const image = new ImageData(width, height)
  for (const [at, value] of cells.values.entries()) {
    if (value === null || !Number.isFinite(value)) continue
    const from = 3 * lutIndex(Math.min(max, Math.max(min, value)), min, max)
    image.data.set([colours[from] ?? 0, colours[from + 1] ?? 0, colours[from + 2] ?? 0, 255], 4 * at)
  }
  const small = canvasOf(width, height)
  small.getContext('2d')?.putImageData(image, 0, 0)
  const scale = Math.max(1, Math.ceil(leastSide / Math.max(width, height)))
  const large = canvasOf(width * scale, height * scale)
  const context = large.getContext('2d')
  if (context) {
    context.imageSmoothingEnabled = false
    context.drawImage(small, 0, 0, large.width, large.height)
    context.imageSmoothingEnabled = true
    for (const [at, { row, column, rows, columns }] of (cells.pictures ?? []).entries()) {
      const photo = photos[at]
      if (photo) context.drawImage(photo, column * scale, row * scale, columns * scale, rows * scale)
    }
  }
  return large
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return canvas
}

/** The option of a heatmap without cells, with a picture in their place. */
export const withPicture = (option: EChartsOption, picture: HTMLCanvasElement): EChartsOption => ({
  ...option,
  tooltip: { show: false },
  series: [
    ...[option.series ?? []].flat().filter(({ id }) => id !== 'cells'),
    {
      type: 'custom',
      id: 'cells',
      silent: true,
      animation: false,
      data: [[0, 0]],
      renderItem: ({ coordSys }) => {
        const place = new Map(Object.entries(coordSys))
        const at = (name: string) => Number(place.get(name))
        const box = { x: at('x'), y: at('y'), width: at('width'), height: at('height') }
        return { type: 'image', style: { image: picture, ...box } }
      },
    },
  ],
})

/** A cell in words: the names of its row and column, and its value; null where there is no cell or no value. */
export function cellWords(cells: Cells, row: number, column: number): string | null {
  const value = cells.values[row * cells.columns.length + column]
  if (!(row in cells.rows) || !(column in cells.columns) || value === undefined) return null
  if (value === null || !Number.isFinite(value)) return null
  const place = `${nearestName(cells.rows, row)}, ${nearestName(cells.columns, column)}`
  return `${place}: ${plainNumber(value, 3)}`
}

/**
 * The name of an index. In a run of cells only the middle one has a name; the others get that name and their own
 * number.
 */
function nearestName(names: readonly string[], at: number): string {
  for (let reach = 0; reach < names.length; reach++) {
    const found = names[at - reach] || names[at + reach]
    if (found) return reach === 0 ? found : `${found} (${at + 1})`
  }
  return String(at + 1)
}
