import type { Cells } from '../cellRange.ts'
import type { FigureSpec } from '../spec.ts'
import { textWidth, type FigureTheme } from '../theme.ts'
import { labelAway, titleLines, type AxisFrame, type Frame, type FrameOptions } from './frame.ts'
import { lineHeight, namesBelow, namesBeside } from './names.ts'

/** Lengths of a colour bar, in sizes of the type: its width, and its distance from the cells. */
export const barWidth = 1
export const barAway = 0.9

/** Limits of height over width of cells that need not be square. */
const [lowest, highest] = [0.3, 1.25]

/** Lays out a matrix of cells with its colour bar. The cells of square matrices and of pictures are squares. */
export function cellsFrame(
  spec: FigureSpec,
  cells: Cells,
  theme: FigureTheme,
  {
    beside,
    bar,
    ...options
  }: FrameOptions & { beside: boolean; bar: { ends: readonly string[]; lines: number } },
): Frame {
  const type = theme.fontSize
  const { width, margins } = options
  const [columns, rows] = [Math.max(1, cells.columns.length), Math.max(1, cells.rows.length)]
  const square = isSquare(cells)
  const right = margins.right + barRoom(theme, bar) + type * 0.2
  let insets = { left: type * 5, right, top: type, bottom: type * 3, ...options.insets }
  let height = options.height ?? 0
  let [x, y] = [noAxis, noAxis]
  for (let round = 0; round < 4; round++) {
    const free = Math.max(type, width - insets.left - insets.right)
    const across = beside ? Math.max(type, (free - type) / 2) : free
    const ratio = rows / columns
    const natural = across * (square ? ratio : Math.min(highest, Math.max(lowest, ratio)))
    const down = Math.max(
      type,
      options.height === null ? natural : options.height - insets.top - insets.bottom,
    )
    x = axisOf(spec, cells, 'x', theme, across / columns, across, type * 8)
    y = axisOf(spec, cells, 'y', theme, down / rows, down, Math.min(width * 0.3, type * 12))
    if (round < 3)
      insets = {
        left: margins.left + y.titleAway + extent(y, type) + type * 0.1,
        right,
        top: margins.top + type * 0.4,
        bottom: margins.bottom + x.titleAway + extent(x, type) + type * 0.1,
        ...options.insets,
      }
    height = options.height ?? insets.top + down + insets.bottom
  }
  const own =
    beside && options.insets?.left === undefined
      ? { ...insets, left: insets.left + (width - insets.left - insets.right + type) / 2 }
      : insets
  return {
    size: { width, height },
    insets: square ? squared(own, { width, height }, cells) : own,
    x,
    y,
    note: [],
  }
}

/** Left edge of a photograph that stands beside the cells, left of their names, in the size of the cells. */
export function besideX({ insets, size, y }: Frame, theme: FigureTheme): number {
  const type = theme.fontSize
  return insets.left - y.titleAway - extent(y, type) - type * 0.6 - (size.width - insets.left - insets.right)
}

/** Room at the right of the cells: the bar, the texts of its ends, and the lines of its name. */
export const barRoom = (
  theme: FigureTheme,
  { ends, lines }: { ends: readonly string[]; lines: number },
): number =>
  theme.fontSize * (barAway + lines * lineHeight + 0.2) +
  Math.max(theme.fontSize * barWidth, ...ends.map((end) => textWidth(theme, end, theme.fontSize * 0.9)))

export const isSquare = ({ square, photograph, pictures }: Cells): boolean =>
  square === true || photograph !== undefined || pictures !== undefined

/** Enlarges insets evenly so that cells are squares. */
function squared(
  insets: Frame['insets'],
  { width, height }: Frame['size'],
  { rows, columns }: Cells,
): Frame['insets'] {
  const [across, down] = [width - insets.left - insets.right, height - insets.top - insets.bottom]
  const side = Math.min(across / Math.max(1, columns.length), down / Math.max(1, rows.length))
  const [left, top] = [(across - side * columns.length) / 2, (down - side * rows.length) / 2]
  return {
    left: insets.left + left,
    right: insets.right + left,
    top: insets.top + top,
    bottom: insets.bottom + top,
  }
}

const noAxis: AxisFrame = { domain: { min: 0, max: 1 }, ticks: [], names: null, title: [], titleAway: 0 }

const extent = ({ title }: AxisFrame, type: number) =>
  title.length === 0 ? 0 : (title.length - 0.5) * type * lineHeight

function axisOf(
  spec: FigureSpec,
  cells: Cells,
  side: 'x' | 'y',
  theme: FigureTheme,
  pitch: number,
  length: number,
  most: number,
): AxisFrame {
  const type = theme.fontSize
  const all = side === 'x' ? cells.columns : cells.rows
  // Where most categories have no name, the others have the room of several.
  const named = all.filter((name) => name !== '')
  const sparse = named.length < all.length
  const room = sparse ? length / Math.max(1, named.length) : pitch
  const measure = (text: string, fontSize: number) => textWidth(theme, text, fontSize)
  const write = side === 'x' ? namesBelow : namesBeside
  const found = write(sparse ? named : all, { pitch: room, type, most, measure })
  let next = 0
  const texts = sparse ? all.map((name) => (name === '' ? '' : (found.texts[next++] ?? ''))) : found.texts
  const names = { ...found, texts, every: sparse ? 1 : found.every }
  const title = titleLines(spec, side, theme, Math.max(length, type * 6))
  const first = title.length === 0 ? 0 : type * (lineHeight / 2)
  return {
    domain: { min: 0, max: all.length - 1 },
    ticks: [],
    names,
    title,
    titleAway: type * (labelAway + 0.1) + names.room + first,
  }
}
