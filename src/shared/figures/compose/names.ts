import type { Axis, FigureSpec } from '../spec.ts'
import type { SeriesName } from './composition.ts'

/**
 * One palette slot per name over all panels that share a name, so that a model has the same colour everywhere. Slots
 * fixed by the style come first, then the panels' own slots where they are free, then the next free ones. A panel that
 * shares no name with another keeps its own slots.
 */
export function sharedSlots(
  specs: readonly FigureSpec[],
  names: readonly SeriesName[],
): ReadonlyMap<string, number> {
  const slots = new Map<string, number>()
  const taken = new Set<number>()
  const fix = (name: string, slot: number) => {
    slots.set(name, slot)
    taken.add(slot)
  }
  for (const { series, slot } of names) if (slot !== undefined) fix(series, slot)
  const free = () => {
    let slot = 0
    while (taken.has(slot)) slot++
    return slot
  }
  for (const spec of specs.filter((one) => sharesName(one, specs)))
    for (const { name, slot } of spec.series) if (!slots.has(name)) fix(name, taken.has(slot) ? free() : slot)
  return slots
}

function sharesName(spec: FigureSpec, specs: readonly FigureSpec[]): boolean {
  const names = new Set(spec.series.map(({ name }) => name))
  return specs.some((other) => other !== spec && other.series.some(({ name }) => names.has(name)))
}

/** Every text of a figure that a style can give another name, besides its series: categories, references, spans. */
export function textsOf({ x, y, cells, references, spans }: FigureSpec): string[] {
  const categories = [...(x.categories ?? []), ...(y.categories ?? [])]
  const lines = [...references, ...spans].map(({ label }) => label)
  return [...new Set([...categories, ...(cells?.rows ?? []), ...(cells?.columns ?? []), ...lines])].filter(
    Boolean,
  )
}

/** A figure with the labels and slots that all panels share. */
export function withNames(
  spec: FigureSpec,
  slots: ReadonlyMap<string, number>,
  names: readonly SeriesName[],
): FigureSpec {
  const labels = new Map(names.map(({ series, label }) => [series, label]))
  const named = (text: string) => labels.get(text)?.trim() || text
  const renamed = <T extends { label: string }>(all: readonly T[]): T[] =>
    all.map((one) => ({ ...one, label: named(one.label) }))
  const onAxis = (axis: Axis): Axis =>
    axis.categories ? { ...axis, categories: axis.categories.map(named) } : axis
  return {
    ...spec,
    x: onAxis(spec.x),
    y: onAxis(spec.y),
    references: renamed(spec.references),
    spans: renamed(spec.spans),
    ...(spec.cells
      ? { cells: { ...spec.cells, rows: spec.cells.rows.map(named), columns: spec.cells.columns.map(named) } }
      : {}),
    series: spec.series.map((series) => ({
      ...series,
      name: named(series.name),
      slot: slots.get(series.name) ?? series.slot,
    })),
  }
}
