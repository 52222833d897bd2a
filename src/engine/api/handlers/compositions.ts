import type { ComposedState } from '#shared/contract/index.ts'
import {
  composedCaption,
  panelLetter,
  panelSpecs,
  textsOf,
  type Composition,
} from '#shared/figures/compose/index.ts'
import { hasSequences } from '#shared/figures/intervals.ts'
import { fullName, hasRange } from '#shared/figures/points.ts'
import {
  createComposition,
  getComposition,
  listCompositions,
  listStyles,
  removeComposition,
  removeStyle,
  saveComposition,
  saveStyle,
  writeComposed,
} from '../../figures/index.ts'
import { sharedFolder } from './figures.ts'
import { api } from '../session/implementation.ts'
import { completeData, withData } from '../bytes/panels.ts'
import type { EngineSession } from '../session/session.ts'

export const compositions = {
  list: api.compositions.list.handler(({ context }) =>
    listCompositions(context.session.db).map(({ id, composition, revision, changedAt }) => ({
      id,
      title: composition.title,
      panels: composition.panels.length,
      venue: composition.page.venue,
      styleName: composition.styleName,
      revision,
      changedAt,
    })),
  ),
  get: api.compositions.get.handler(({ input, context }) => getComposition(context.session.db, input.id)),
  create: api.compositions.create.handler(({ input, context }) =>
    createComposition(context.session.db, input.composition),
  ),
  save: api.compositions.save.handler(({ input, context }) =>
    saveComposition(context.session.db, input.id, input.composition),
  ),
  remove: api.compositions.remove.handler(({ input, context }) => ({
    ok: true,
    removalId: removeComposition(context.session.db, input.id),
  })),
  state: api.compositions.state.handler(({ input, context }) =>
    composedState(context.session, input.composition),
  ),
  export: api.compositions.export.handler(async ({ input, context }) => {
    const { session } = context
    const { figure, formats, dpi } = input
    const chosen = 'id' in figure ? getComposition(session.db, figure.id).composition : figure.composition
    const { composition, provenance } = await completeData(session.opened, chosen)
    const owner = 'id' in figure ? `figure ${figure.id}` : `figure “${composition.title}”`
    const folder = input.directory ?? sharedFolder(session.open().workspace, owner)
    const files = await writeComposed(session.press.render, composition, formats, folder, {
      dpi,
      provenance,
    })
    return { files }
  }),
  styles: api.compositions.styles.handler(({ context }) => listStyles(context.session.db)),
  saveStyle: api.compositions.saveStyle.handler(({ input, context }) => ({
    figures: saveStyle(context.session.db, input.name, input.style),
  })),
  removeStyle: api.compositions.removeStyle.handler(({ input, context }) => {
    removeStyle(context.session.db, input.name)
    return { ok: true }
  }),
}

async function composedState(session: EngineSession, asked: Composition): Promise<ComposedState> {
  const { composition, provenance, problems } = await withData(session.opened, asked)
  const { style, panels } = composition
  const specs = panelSpecs(composition)
  const layout = await session.press.layOut(composition)
  const states = panels.flatMap((panel, at): ComposedState['panels'] => {
    if (panel.source.kind !== 'data') return []
    const { title, kind, x, y, series, references, spans } = panel.source.spec
    return [
      {
        id: panel.id,
        letter: panelLetter(style.letters, at, panels.length),
        title,
        kind,
        x,
        y,
        series: series.map((one) => ({
          id: one.id,
          name: one.name,
          label: fullName(one),
          slot: specs[at]?.series.find((drawn) => drawn.id === one.id)?.slot ?? one.slot,
        })),
        texts: textsOf(panel.source.spec),
        has: {
          ranges: series.some(({ points }) => points.some(hasRange)),
          sequences: hasSequences({ series }),
          references: references.length > 0,
          spans: spans.length > 0,
          reported: series.some(({ origin }) => origin === 'reported'),
        },
        box: layout.boxes[at] ?? null,
        problem: null,
      },
    ]
  })
  const lost = [...problems].map(([id, problem]): ComposedState['panels'][number] => ({
    id,
    letter: '',
    title: '',
    kind: 'lines',
    x: { label: '', unit: 'none', scale: 'linear' },
    y: { label: '', unit: 'none', scale: 'linear' },
    series: [],
    texts: [],
    has: { ranges: false, sequences: false, references: false, spans: false, reported: false },
    box: null,
    problem,
  }))
  return {
    width: layout.width,
    height: layout.height,
    panels: [...states, ...lost],
    caption: composedCaption(composition.title, specs, style.letters),
    provenance,
  }
}
