import { KernelscopeError } from '#shared/errors.ts'
import type { Graph } from '../graph.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes } from '../shape/sizes.ts'
import { Flow } from '../structure/flow.ts'
import { residualsOf, type Residual } from '../structure/residual.ts'

/** A block of `inspect`, by the names of its residual additions. */
export interface BlockAdds {
  adds: readonly string[]
}

/**
 * Finds the residual units of each block in `graph`. They are searched in every graph, so that rewrites can be combined in
 * any order.
 *
 * @param projections whether skip paths may be projections, which stay
 * @throws MODEL_UNSUPPORTED where a block is not a removable block of this graph
 */
export function unitsOf(
  graph: Graph,
  blocks: readonly BlockAdds[],
  projections = false,
): { units: Residual[][]; flow: Flow } {
  const flow = new Flow(graph, inferShapes(graph, inputSizes(graph)))
  const byAdd = new Map(residualsOf(flow).map((unit) => [unit.add.name, unit]))
  const units = blocks.map(({ adds }) =>
    adds.map((name) => {
      const unit = byAdd.get(name)
      if (!unit)
        throw new KernelscopeError(
          'MODEL_UNSUPPORTED',
          `block ${name} is not a residual addition of the graph`,
        )
      if (unit.skip === 'projection' && !projections)
        throw new KernelscopeError('MODEL_UNSUPPORTED', `block ${name}: its skip path is a projection`)
      return unit
    }),
  )
  return { units, flow }
}
