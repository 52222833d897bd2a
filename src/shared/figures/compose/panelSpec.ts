import { withChoice } from '../intervals.ts'
import type { Axis, FigureSpec } from '../spec.ts'
import { KernelscopeError } from '../../errors.ts'
import type { AxisStyle, Composition, Panel } from './composition.ts'
import { sharedSlots, withNames } from './names.ts'

/**
 * The specs of a composition's panels as they are drawn, with shared names and colours.
 *
 * @throws UNSUPPORTED for a panel that only says where its data come from
 */
export function panelSpecs({ panels, style }: Pick<Composition, 'panels' | 'style'>): FigureSpec[] {
  const specs = panels.map(dataOf)
  const slots = sharedSlots(specs, style.names)
  return panels.map((panel, at) =>
    withNames(panelSpec(specs[at] ?? dataOf(panel), panel), slots, style.names),
  )
}

function dataOf({ id, source }: Panel): FigureSpec {
  if (source.kind === 'data') return source.spec
  throw new KernelscopeError('UNSUPPORTED', `panel ${id} has no data of its own`)
}

/** A figure as a panel shows it: without hidden parts, with the author's axes. The data never change. */
export function panelSpec(spec: FigureSpec, panel: Panel): FigureSpec {
  const hidden = new Set(panel.hidden)
  return {
    ...withChoice(spec, panel.intervals),
    title: panel.title ?? spec.title,
    x: withStyle(spec.x, panel.x),
    y: withStyle(spec.y, panel.y),
    series: spec.series.filter(
      ({ id, origin }) => !hidden.has(id) && (panel.reported || origin !== 'reported'),
    ),
    references: panel.references ? spec.references : [],
    spans: panel.spans ? spec.spans : [],
  }
}

function withStyle(axis: Axis, { label, min, max, scale }: AxisStyle): Axis {
  return {
    ...axis,
    ...(label === undefined ? {} : { label }),
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(scale === undefined || axis.scale === 'category' ? {} : { scale }),
  }
}
