import { emptyComposition, newPanel, type PanelSource } from '#shared/figures/compose/index.ts'
import { venues } from '#shared/figures/venues.ts'
import { engine } from '../../lib/engine/index.ts'
import { useSettingsStore } from '../../lib/stores/settings.ts'
import { useArrival } from '../../ui/useArrival.ts'
import { useProblems } from '../../ui/useProblems.ts'

/** Creates a composed figure at the venue of the settings and opens it. */
export function useNewFigure() {
  const depart = useArrival()
  const settings = useSettingsStore()
  const { attempt } = useProblems()

  /** @param sources sources of its first panels */
  async function create(title = 'Figure', sources: readonly PanelSource[] = []): Promise<void> {
    const empty = emptyComposition(title)
    const panels = sources.map((source, at) => newPanel(`panel-${at + 1}`, source))
    const alone = panels.length === 1
    const venue = venues.find(({ id }) => id === settings.settings?.venue)
    const page = {
      ...empty.page,
      ...(venue ? { venue: venue.id } : {}),
      columns: alone ? 1 : 2,
      span: alone ? ('column' as const) : empty.page.span,
    }
    const style = venue ? { ...empty.style, fontSize: venue.fontSize, typeface: venue.typeface } : empty.style
    const arrive = depart()
    const made = await attempt(() =>
      engine.compositions.create({ composition: { ...empty, page, style, panels } }),
    )
    if (!made) return
    const query = alone ? { panel: 'panel-1', part: 'panel' } : {}
    await arrive({ name: 'figure', params: { id: made.id }, query }, `${title} made`)
  }

  return { create }
}
