import { cpSync } from 'node:fs'
import { modelDigest, readModel, writeVariant, type Value } from '#engine/onnx/index.ts'
import { sampleModel } from './sample.ts'

/** The sample model with its batch fixed, as files exported without dynamic axes have it. */
export async function fixedModel(folder: string, name: string, batch: number): Promise<string> {
  const model = await readModel(sampleModel(name))
  const { graph } = model
  const fixed = (value: Value) => ({ ...value, shape: value.shape && [batch, ...value.shape.slice(1)] })
  const digest = await modelDigest(model)
  const changed = { ...graph, inputs: graph.inputs.map(fixed), outputs: graph.outputs.map(fixed) }
  const path = await writeVariant(model, changed, folder, `${name}-of-${batch}`, { digest })
  cpSync(sampleModel(name).replace('.onnx', '.json'), path.replace('.onnx', '.json'))
  return path
}
