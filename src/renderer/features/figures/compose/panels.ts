import { inHundredths } from '#shared/figures/format.ts'
import { newPanel, type Composition, type PanelSource } from '#shared/figures/compose/index.ts'

/** Adds a panel to a figure; returns the figure and the id of the panel. */
export function withPanel(now: Composition, source: PanelSource): { next: Composition; id: string } {
  const taken = new Set(now.panels.map(({ id }) => id))
  let count = now.panels.length + 1
  while (taken.has(`panel-${count}`)) count++
  const id = `panel-${count}`
  return { next: { ...now, panels: [...now.panels, newPanel(id, source)] }, id }
}

export const withoutPanel = (now: Composition, id: string): Composition => ({
  ...now,
  panels: now.panels.filter((panel) => panel.id !== id),
})

/** Moves a panel `by` positions later (earlier where negative), but not beyond the ends. */
export function movedPanel(now: Composition, id: string, by: number): Composition {
  const from = now.panels.findIndex((panel) => panel.id === id)
  const to = Math.min(now.panels.length - 1, Math.max(0, from + by))
  const panel = now.panels[from]
  if (!panel || from === to) return now
  const panels = now.panels.filter((own) => own !== panel)
  return { ...now, panels: [...panels.slice(0, to), panel, ...panels.slice(to)] }
}

/** A number as it is shown in the form of an axis: hundredths for a fraction of an axis in per cent or points. */
export const shownNumber = (value: number | undefined, unit: string): string =>
  value === undefined ? '' : String(Number((inHundredths(unit) ? value * 100 : value).toPrecision(8)))

/** Reads a number from the form of an axis; undefined for an empty text, null for a text that is not a number. */
export function writtenNumber(text: string, unit: string): number | undefined | null {
  const plain = text.trim().replace(',', '.').replace('−', '-')
  if (plain === '') return undefined
  const value = Number(plain)
  if (!Number.isFinite(value)) return null
  return inHundredths(unit) ? value / 100 : value
}
