import { KernelscopeError } from '#shared/errors.ts'
import type { Graph, Node, Value } from '../graph.ts'
import { GraphBuilder } from '../rewrite/build.ts'
import { upgraded } from '../rewrite/upgrade.ts'
import { inferShapes } from '../shape/infer.ts'
import { inputSizes, sizedShapes } from '../shape/sizes.ts'
import { Flow } from '../structure/flow.ts'
import { accumulated } from './accumulate.ts'
import { Context, refusal, type Cotangent } from './context.ts'
import { factorsFolded } from './folded.ts'
import { withFused } from './fused.ts'
import { gradientRules } from './rules.ts'

/** Names of the input and the output that `differentiate` adds. */
export const cotangentInput = 'cotangent'
export const gradientOutput = 'gradient'

/** Name of the output with the gradient to inner tensor `index` of `differentiate`. */
export const innerGradientOutput = (index: number) => `${gradientOutput}-${index}`

/**
 * Adds the backward pass to a graph: an input `cotangent` with the shape of output `of`, and an output `gradient` with the
 * shape of input `wrt`, d sum(cotangent * of) / d wrt. Both default to the first. One run gives the outputs and the
 * gradient. The images of a batch do not influence each other, because the sum has no cross terms. The cotangent decides
 * what is differentiated: one-hot gives one logit, softmax - one-hot gives the cross entropy.
 *
 * With `inner` tensors of the graph in place of `wrt`, there is an output `innerGradientOutput` for each, in its shape.
 *
 * @throws MODEL_UNSUPPORTED where an operator between input and output has no rule; the message names operator and node
 * @throws MODEL_UNSUPPORTED where the output does not depend on the input, or on an inner tensor
 */
export function differentiate(
  graph: Graph,
  { of, wrt, inner }: { of?: string; wrt?: string; inner?: readonly string[] } = {},
): Graph {
  const output = named(graph.outputs, of, 'output')
  const input = named(graph.inputs, wrt, 'input')
  if (input.type !== 'float32' && input.type !== 'float16')
    throw new KernelscopeError('MODEL_UNSUPPORTED', `input ${input.name}: ${input.type} has no gradient`)
  const modern = upgraded(graph, inferShapes(graph, inputSizes(graph, { batch: 2 })))
  const sized = sizedShapes(modern, { batch: 2 })
  const flow = new Flow(modern, sized.shapes)
  const sources = inner ?? [input.name]
  const active = activeTensors(modern, flow, sources, output.name)
  const idle = sources.find((name) => !active.has(name))
  if (idle !== undefined || !active.has(output.name))
    throw new KernelscopeError(
      'MODEL_UNSUPPORTED',
      `output ${output.name} does not depend on ${idle ?? input.name}`,
    )
  const nodes = withFused(modern.nodes, flow).filter(
    (node) => node.outputs.some((name) => active.has(name)) && node.inputs.some((name) => active.has(name)),
  )
  checkRules(nodes)
  const build = new GraphBuilder(modern, 'backward')
  const c = new Context(build, sized, input.type)
  const totals = backward(c, nodes, active, output.name, sized.shapes)
  const gradients = sources.map((name, index): Value => {
    const as = inner ? innerGradientOutput(index) : gradientOutput
    const total = totals(name) ?? build.node('Mul', [name, c.scalar(0)])
    build.node('Identity', [total], {}, as)
    return { name: as, type: input.type, shape: inner ? null : input.shape }
  })
  const graphOfBoth = build.finish({
    nodes: c.forwardNodes(),
    inputs: [...modern.inputs, { name: cotangentInput, type: input.type, shape: output.shape }],
    outputs: [...modern.outputs, ...gradients],
  })
  const forward = new Set(modern.nodes.map(({ name }) => name))
  return factorsFolded(graphOfBoth, ({ name }) => !forward.has(name))
}

function named(values: readonly Value[], name: string | undefined, what: string): Value {
  const found = name === undefined ? values[0] : values.find((value) => value.name === name)
  if (!found) throw new KernelscopeError('MODEL_UNSUPPORTED', `${what} ${name ?? 0}: the graph has none`)
  return found
}

/** Operators whose outputs do not depend on small changes of their inputs. */
const severing = new Set([
  'Shape',
  'Size',
  'ArgMax',
  'ArgMin',
  'Equal',
  'Less',
  'Greater',
  'LessOrEqual',
  'GreaterOrEqual',
  'Not',
  'And',
  'Or',
  'IsNaN',
  'IsInf',
])

/** Tensors that depend on the sources and that the output depends on, by differentiable operators. */
function activeTensors(graph: Graph, flow: Flow, sources: readonly string[], output: string): Set<string> {
  const reached = new Set(sources)
  for (const node of graph.nodes) {
    if (severing.has(node.op) || !node.inputs.some((name) => reached.has(name))) continue
    for (const name of node.outputs) if (name !== '' && !flow.shapes.get(name)?.value) reached.add(name)
  }
  const active = new Set<string>()
  const wanted = new Set([output])
  for (const node of graph.nodes.toReversed()) {
    const leads = node.outputs.filter((name) => wanted.has(name) && reached.has(name))
    if (leads.length === 0) continue
    for (const name of leads) active.add(name)
    for (const name of node.inputs) wanted.add(name)
  }
  if (active.size > 0) for (const source of sources) if (wanted.has(source)) active.add(source)
  return active
}

function checkRules(nodes: readonly Node[]): void {
  for (const node of nodes)
    if (node.domain !== '' || !gradientRules[node.op]) {
      const op = node.domain === '' ? node.op : `${node.domain}.${node.op}`
      throw refusal({ ...node, op }, 'there is no rule for this operator')
    }
}

/** Adds the nodes of the backward pass. The result gives the name of the sum of a tensor's cotangents. */
function backward(
  c: Context,
  nodes: readonly Node[],
  active: ReadonlySet<string>,
  output: string,
  shapes: Flow['shapes'],
): (name: string) => string | undefined {
  const flowing = new Map<string, Cotangent[]>([[output, [cotangentInput]]])
  const totals = new Map<string, string>()
  // All readers of a tensor come before its producer, so its cotangents are complete when they are summed.
  const total = (name: string) => {
    const parts = flowing.get(name)
    const sum = totals.get(name) ?? (parts && accumulated(c, parts, shapes.get(name)?.shape?.length ?? 0))
    if (sum !== undefined) totals.set(name, sum)
    return sum
  }
  for (const node of nodes.toReversed()) {
    const dys = node.outputs.map(total)
    const dy = dys.find((one) => one !== undefined)
    if (dy === undefined) continue
    const wants = (index: number) => active.has(node.inputs[index] ?? '')
    const results = gradientRules[node.op]?.({ node, dys, dy, wants, c }) ?? []
    for (const [index, cotangent] of results.entries()) {
      const name = node.inputs[index]
      if (cotangent === undefined || name === undefined || !wants(index)) continue
      flowing.set(name, [...(flowing.get(name) ?? []), cotangent])
    }
  }
  return total
}
