import type { EChartsOption } from 'echarts'
import { lut, lutIndex } from '#shared/colour/maps.ts'
import { cellRange } from '#shared/figures/heatmap.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import type { FigureTheme } from '#shared/figures/theme.ts'

type Cells = NonNullable<FigureSpec['cells']>

/** More cells than this are drawn as one picture: as shapes, fifty thousand of them take seconds to appear. */
const most = 2500

export const isPicture = (spec: FigureSpec): boolean => (spec.cells?.values.length ?? 0) > most

/** Pixels of the longer side at least, so that what scales the picture keeps the edges of its cells. */
const leastSide = 1600

/** The cells in the colours of the theme's map; those without a value are clear. */
export function cellsCanvas(cells: Cells, theme: FigureTheme): HTMLCanvasElement {
  const [width, height] = [cells.columns.length, cells.rows.length]
  const { min, max } = cellRange(cells)
  const colours = lut(cells.map === 'diverging' ? 'diverging' : theme.sequential)
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
  }
  return large
}

function canvasOf(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas')
  canvas.width = width
  canvas.height = height
  return canvas
}

/** A heatmap whose cells were left out, with the picture in their place. */
export const withPicture = (option: EChartsOption, picture: HTMLCanvasElement): EChartsOption => ({
  ...option,
  tooltip: { show: false },
  series: [
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
