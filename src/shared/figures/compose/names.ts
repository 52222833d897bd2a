import type { FigureSpec } from '../spec.ts'
import type { SeriesName } from './composition.ts'

/**
 * One palette slot per name over all panels, so that a model has the same colour everywhere. Slots fixed by the style
 * come first, then the panels' own slots where they are free, then the next free ones.
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
  for (const spec of specs)
    for (const { name, slot } of spec.series) if (!slots.has(name)) fix(name, taken.has(slot) ? free() : slot)
  return slots
}

/** A figure with the labels and slots that all panels share. */
export function withNames(
  spec: FigureSpec,
  slots: ReadonlyMap<string, number>,
  names: readonly SeriesName[],
): FigureSpec {
  const labels = new Map(names.map(({ series, label }) => [series, label]))
  return {
    ...spec,
    series: spec.series.map((series) => ({
      ...series,
      name: labels.get(series.name)?.trim() || series.name,
      slot: slots.get(series.name) ?? series.slot,
    })),
  }
}
