import { newPanel, type Composition, type PanelSource } from '#shared/figures/compose/index.ts'

/** A figure with one more panel, and the id of that panel. */
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

/** The panel `by` places later (earlier where negative), as far as there are any. */
export function movedPanel(now: Composition, id: string, by: number): Composition {
  const from = now.panels.findIndex((panel) => panel.id === id)
  const to = Math.min(now.panels.length - 1, Math.max(0, from + by))
  const panel = now.panels[from]
  if (!panel || from === to) return now
  const panels = now.panels.filter((own) => own !== panel)
  return { ...now, panels: [...panels.slice(0, to), panel, ...panels.slice(to)] }
}

/** What a number is called on an axis: a fraction of a percent axis is written in per cent. */
export const shownNumber = (value: number | undefined, unit: string): string =>
  value === undefined ? '' : String(Number((unit === 'percent' ? value * 100 : value).toPrecision(8)))

/** The number that was written for an axis; undefined for nothing, null for what is no number. */
export function writtenNumber(text: string, unit: string): number | undefined | null {
  const plain = text.trim().replace(',', '.').replace('−', '-')
  if (plain === '') return undefined
  const value = Number(plain)
  if (!Number.isFinite(value)) return null
  return unit === 'percent' ? value / 100 : value
}
