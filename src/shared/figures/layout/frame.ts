import { axisName, formatTick } from '../format.ts'
import type { Insets } from '../plotStyle.ts'
import type { FigureSpec } from '../spec.ts'
import { textWidth, type FigureTheme } from '../theme.ts'
import { shownDomain } from './domain.ts'
import { fittedLines, widest } from './fitText.ts'
import { lineHeight, namesBelow, type WrittenNames } from './names.ts'
import type { Rect } from './referencePlaces.ts'
import { from, logTicks, multiples, outward, roundStep, type Domain } from './ticks.ts'

/** An axis as it is drawn, apart from its place. */
export interface AxisFrame {
  domain: Domain
  /** Positions of ticks in the unit of the data; of a category axis none. */
  ticks: number[]
  /** Names of categories; null for an axis of numbers. */
  names: WrittenNames | null
  /** Lines of the axis' own name. */
  title: string[]
  /** Distance from the axis to the middle of the nearest line of its name, in the unit of the drawing. */
  titleAway: number
}

/** Where the plot of a figure is, and what is written beside it. */
export interface Frame {
  size: { width: number; height: number }
  insets: Insets
  x: AxisFrame
  y: AxisFrame
  /** Lines below the name of the horizontal axis, about what is drawn. */
  note: string[]
}

/** The box of a plot in the drawing. */
export const plotBox = ({ size, insets }: Frame): Rect => ({
  x: insets.left,
  y: insets.top,
  width: size.width - insets.left - insets.right,
  height: size.height - insets.top - insets.bottom,
})

/** Space that other parts of a figure take at its edges. */
export type Margins = Insets

export interface FrameOptions {
  width: number
  /** null for the height that the figure needs. */
  height: number | null
  margins: Margins
  /** Least height of the plot, e.g. for labels beside it. */
  leastPlot?: number
  step?: { x?: number | undefined; y?: number | undefined }
  /** What stands below the name of the horizontal axis. */
  note?: string | null
  /** Exact places of edges of the plot. */
  insets?: Partial<Insets> | null
}

/** Distance of tick labels from an axis, in sizes of the type. */
export const labelAway = 0.5

/**
 * Height over width of a plot of numbers: low where it is wide, so that a figure across a page does not fill it.
 *
 * @param em width of the plot in sizes of the type
 */
export const plotRatio = (em: number): number => Math.min(0.85, Math.max(0.42, 0.92 - 0.0092 * em))

/** How far the name of a vertical axis may reach below the plot, in sizes of the type: beside the labels of ticks. */
export const below = 1.1

/** Rounds after which the sizes of plot and labels no longer change. */
const rounds = 4

/** Lays out the axes of a chart: every length follows from its texts, so nothing is cut off or overlaps. */
export function chartFrame(spec: FigureSpec, theme: FigureTheme, options: FrameOptions): Frame {
  const { width, margins, insets: exact } = options
  const type = theme.fontSize
  let insets = { left: type * 4, right: type, top: type, bottom: type * 3, ...exact }
  let height = options.height ?? 0
  const note = options.note
    ? fittedLines(options.note, width, 3, (text) => textWidth(theme, text, type * noteSize))
    : []
  let [x, y] = [emptyAxis, emptyAxis]
  const withNote = { ...margins, bottom: margins.bottom + note.length * type * lineHeight }
  for (let round = 0; round < rounds; round++) {
    const across = Math.max(type, width - insets.left - insets.right)
    const natural = Math.max(options.leastPlot ?? 0, across * plotRatio(across / type))
    const down = Math.max(
      type,
      options.height === null ? natural : options.height - insets.top - insets.bottom,
    )
    height = options.height ?? insets.top + down + insets.bottom
    y = verticalAxis(spec, theme, { length: down, title: insets.top + down + type * below }, options.step?.y)
    x = horizontalAxis(spec, theme, { length: across, title: width }, options.step?.x)
    if (round < rounds - 1) insets = { ...around(spec, theme, x, y, withNote), ...exact }
  }
  return { size: { width, height }, insets, x, y, note }
}

/** Size of the note below the axis, in sizes of the type. */
export const noteSize = 0.9

const emptyAxis: AxisFrame = { domain: { min: 0, max: 1 }, ticks: [], names: null, title: [], titleAway: 0 }

function around(
  { x: axis }: FigureSpec,
  theme: FigureTheme,
  x: AxisFrame,
  y: AxisFrame,
  margins: Margins,
): Insets {
  const type = theme.fontSize
  const titleOf = ({ title, titleAway }: AxisFrame) =>
    titleAway + (title.length === 0 ? 0 : (title.length - 0.5) * type * lineHeight)
  const last = x.names ? 0 : overhang(axis, x, theme)
  const reach = x.names ? x.names.reach : overhang(axis, x, theme)
  return {
    left: margins.left + Math.max(titleOf(y), reach) + type * 0.1,
    right: Math.max(margins.right, last) + type * 0.35,
    // Half of the uppermost tick label stands above the plot.
    top: margins.top + type * 0.6,
    bottom: margins.bottom + titleOf(x) + type * 0.1,
  }
}

/** More ticks than this would not be read. */
const mostTicks = 8

/** Half the width of the label of an outermost tick. */
const overhang = (axis: FigureSpec['x'], { ticks }: AxisFrame, theme: FigureTheme) =>
  textWidth(theme, formatTick({ unit: axis.unit }, ticks.at(-1) ?? 0), theme.fontSize * 0.9) / 2

/** Lengths along an axis, in the unit of the drawing: of the plot, and of what its name may take. */
interface Lengths {
  length: number
  title: number
}

function verticalAxis(
  spec: FigureSpec,
  theme: FigureTheme,
  { length, title: free }: Lengths,
  step?: number,
): AxisFrame {
  const type = theme.fontSize
  const { domain, ticks } = scaled(
    spec,
    'y',
    Math.min(mostTicks, Math.max(2, Math.floor(length / (type * 2.2)))),
    step,
  )
  const measure = (text: string) => textWidth(theme, text, type * 0.9)
  const labels = ticks.map((tick) => formatTick({ unit: spec.y.unit }, tick))
  const title = titleLines(spec, 'y', theme, free)
  const first = title.length === 0 ? 0 : type * (lineHeight / 2)
  return {
    domain,
    ticks,
    names: null,
    title,
    titleAway: type * (labelAway + 0.2) + widest(labels, measure) + first,
  }
}

function horizontalAxis(
  spec: FigureSpec,
  theme: FigureTheme,
  { length, title: free }: Lengths,
  step?: number,
): AxisFrame {
  const type = theme.fontSize
  const title = titleLines(spec, 'x', theme, free)
  const first = title.length === 0 ? 0 : type * (lineHeight / 2)
  const categories = spec.x.scale === 'category' ? spec.x.categories : undefined
  if (categories) {
    const pitch = length / Math.max(1, categories.length)
    const most = Math.min(type * 8, Math.max(type * 5.5, length * 0.34))
    const measure = (text: string, fontSize: number) => textWidth(theme, text, fontSize)
    const names = namesBelow(categories, { pitch, type, most, measure })
    const titleAway = type * (labelAway + 0.1) + names.room + first
    return { domain: { min: 0, max: categories.length - 1 }, ticks: [], names, title, titleAway }
  }
  // The labels of ticks may touch neither each other nor those of the ends.
  let most = Math.min(mostTicks, Math.max(1, Math.floor(length / (type * 1.6))))
  for (;;) {
    const { domain, ticks } = scaled(spec, 'x', most, step)
    const labels = ticks.map((tick) => formatTick({ unit: spec.x.unit }, tick))
    const widths = labels.map((label) => textWidth(theme, label, type * 0.9))
    const places = ticks.map((tick) => placeOf(tick, domain, spec.x.scale === 'log') * length)
    const near = places.some(
      (place, at) =>
        at > 0 &&
        place - (places[at - 1] ?? 0) < ((widths[at] ?? 0) + (widths[at - 1] ?? 0)) / 2 + type * 0.7,
    )
    if (!near || most <= 1)
      return { domain, ticks, names: null, title, titleAway: type * (labelAway + 0.1 + 0.9) + first }
    most--
  }
}

/** Share of an axis at which a value stands, from 0 to 1. */
export function placeOf(value: number, { min, max }: Domain, log: boolean): number {
  const at = log ? Math.log : (own: number) => own
  return (at(value) - at(min)) / (at(max) - at(min))
}

/** Range and ticks of an axis of numbers. The ends of a vertical axis are ticks unless the figure sets them. */
function scaled(spec: FigureSpec, side: 'x' | 'y', most: number, step?: number) {
  const axis = spec[side]
  const domain = shownDomain(spec, side)
  if (axis.scale === 'log') return { domain, ticks: logTicks(domain, most) }
  const points = new Set(spec.series.flatMap(({ points }) => points.map(({ x }) => x)))
  const [only] = points
  if (side === 'x' && points.size === 1 && only !== undefined && step === undefined)
    return { domain, ticks: [only] }
  const whole = side === 'x' && [...points].every((x) => Number.isInteger(x))
  const round = roundStep(domain.max - domain.min, most)
  const own = step !== undefined && step > 0 ? step : whole ? Math.max(1, round) : round
  if (step !== undefined && axis.min !== undefined) return { domain, ticks: from(domain, own) }
  if (side === 'x') return { domain, ticks: multiples(domain, own) }
  const ends = outward(domain, own)
  const shown = {
    min: axis.min === undefined ? ends.min : domain.min,
    max: axis.max === undefined ? ends.max : domain.max,
  }
  return { domain: shown, ticks: multiples(shown, own) }
}

/** The name of an axis in up to three lines along it; none where it is empty. */
export function titleLines(spec: FigureSpec, side: 'x' | 'y', theme: FigureTheme, length: number): string[] {
  const name = axisName(spec[side]).trim()
  return name === '' ? [] : fittedLines(name, length, 3, (text) => textWidth(theme, text))
}
