import type { Graph, OnnxModel } from '../graph.ts'
import { precisionOf } from '../structure/precision.ts'
import { float32Copy } from './float32Copy.ts'
import { quantisersApart } from './quantisersApart.ts'

/**
 * The form of a graph in which blocks are found, and from which changed graphs are made: a float16 graph in float32
 * (`float32Copy`), operators on quantised tensors with their quantisers apart (`quantisersApart`); any other graph itself.
 *
 * @throws MODEL_UNSUPPORTED where a float16 graph cannot be converted
 */
export function workingGraph(graph: Graph): Graph {
  const { precision } = precisionOf(graph)
  if (precision === 'float16') return float32Copy(graph)
  return precision === 'int8' ? quantisersApart(graph) : graph
}

const forms = new WeakMap<OnnxModel, OnnxModel>()

/**
 * A model with its graph in the form of `workingGraph`; itself where that is the same. Made once per read model, so that its
 * weights are written once.
 */
export function workingModel(model: OnnxModel): OnnxModel {
  const known = forms.get(model)
  if (known) return known
  const graph = workingGraph(model.graph)
  const form = graph === model.graph ? model : { ...model, graph }
  forms.set(model, form)
  return form
}

/** The name of the weights file of a working form: that of the model, unless its weights are others. */
export const weightsName = (model: OnnxModel, form: OnnxModel, digest: string): string =>
  [...form.graph.tensors].some(
    ([name, { data }]) => data.kind !== 'inline' && data !== model.graph.tensors.get(name)?.data,
  )
    ? `${digest}-float32`
    : digest
