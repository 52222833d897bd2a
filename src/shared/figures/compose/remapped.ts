import { formatCellRef, parseCellRef } from '../../cellRef.ts'
import { modelIdOf } from '../../shownModel.ts'
import type { FigureSpec } from '../spec.ts'
import type { Composition, Panel, PanelSource } from './composition.ts'

/** Gives for an id in one workspace that of the same thing in another one; undefined where there is none. */
type MapId = (id: number) => number | undefined

interface Maps {
  study: MapId
  model: MapId
}

/**
 * A composed figure with the ids of another workspace, to which its studies and models were brought; null where it shows one that
 * was not. Series and figures are named by models, too.
 */
export function remappedComposition(composition: Composition, maps: Maps): Composition | null {
  const panels: Panel[] = []
  for (const panel of composition.panels) {
    const source = sourceOf(panel.source, maps)
    if (source === null) return null
    const series = (id: string) => (source.kind === 'study' ? withModel(id, /^()(\d+)(-.*)?$/, maps) : id)
    panels.push({
      ...panel,
      source,
      chosen: panel.chosen === null ? null : series(panel.chosen),
      hidden: panel.hidden.map(series),
    })
  }
  return { ...composition, panels }
}

function sourceOf(source: PanelSource, maps: Maps): PanelSource | null {
  if (source.kind === 'data') return { ...source, spec: withRefs(source.spec, maps) }
  if (source.kind === 'study') {
    const study = typeof source.study === 'number' ? maps.study(source.study) : source.study
    const figure = withModel(source.figure, /^((?:confusion|field|imagenet-c-map)-)(\d+)()$/, maps)
    return study === undefined ? null : { ...source, study, figure }
  }
  const model = typeof source.model === 'number' ? maps.model(source.model) : source.model
  return model === undefined ? null : { ...source, model }
}

/** A name with the id of a model, alone or with the place of its preprocessing, in the middle. */
function withModel(name: string, form: RegExp, { model }: Maps): string {
  const [, before = '', id, after = ''] = form.exec(name) ?? []
  if (id === undefined) return name
  const shown = Number(id)
  const here = model(modelIdOf(shown))
  return here === undefined ? name : `${before}${shown - modelIdOf(shown) + here}${after}`
}

/** Points name the cell that they stand for; one that is not there names none. */
function withRefs(spec: FigureSpec, { model }: Maps): FigureSpec {
  return {
    ...spec,
    series: spec.series.map((series) => ({
      ...series,
      points: series.points.map(({ ref, ...point }) => {
        const cell = parseCellRef(ref)
        if (!cell) return point
        const here = model(modelIdOf(cell.modelId))
        if (here === undefined) return point
        const modelId = cell.modelId - modelIdOf(cell.modelId) + here
        return { ...point, ref: formatCellRef({ ...cell, modelId }) }
      }),
    })),
  }
}
