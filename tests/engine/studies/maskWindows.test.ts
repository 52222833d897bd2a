import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { classifierInterface, inspect, modelDigest, readModel, writeVariant } from '#engine/onnx/index.ts'
import { GraphBuilder, int, ints } from '#engine/onnx/rewrite/build.ts'
import { maskWindows } from '#engine/studies/kinds/kernelSize/windows.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

/** The sample's RepLK-3 behind depthwise kernels of three channels, all of whose weights are 1 over their number. */
async function withKernels(folder: string, kernels: [number, number][]): Promise<string> {
  const model = await readModel(sampleModel('replk3'))
  const { input } = classifierInterface(inspect(model))
  const build = new GraphBuilder(model.graph, 'strips')
  let image = input
  for (const [height, width] of kernels) {
    const values = Array.from({ length: 3 * height * width }, () => 1 / (height * width))
    const weight = build.constant(values, 'float32', [3, 1, height, width])
    const pads = [(height - 1) >> 1, (width - 1) >> 1, height >> 1, width >> 1]
    image = build.node('Conv', [image, weight], { group: int(3), pads: ints(pads) })
  }
  const nodes = model.graph.nodes.map((node) => ({
    ...node,
    inputs: node.inputs.map((name) => (name === input ? image : name)),
  }))
  const digest = await modelDigest(model)
  const path = await writeVariant(model, build.finish({ nodes }), folder, 'strips', { digest })
  cpSync(sampleModel('replk3').replace('.onnx', '.json'), path.replace('.onnx', '.json'))
  return path
}

it('cuts strips that are longer than the window, and leaves out even kernels, with a note', async () => {
  const folder = temporaryFolder()
  const path = await withKernels(folder, [
    [11, 3],
    [3, 11],
    [4, 4],
  ])
  const { convolutions } = inspect(await readModel(path))
  expect(maskWindows(convolutions, 5)).toHaveLength(2)
  expect(maskWindows(convolutions, 11)).toHaveLength(0)

  const engine = await createEngine()
  onTestFinished(() => engine.close())
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(client, sampleImages(folder, 1))
  const model = await client.models.add({ path })
  const study = { kind: 'kernel-size', modelIds: [model.id], datasetId, params: { sizes: [1, 5, 11] } }
  const { id } = await runStudy(client, study)
  const { conditions, provenance } = await client.studies.result({ id })
  expect(conditions.map(({ key, failed, n }) => [key, failed, n])).toEqual([
    ['whole', 0, 16],
    ['window=1', 0, 16],
    ['window=5', 0, 16],
  ])
  expect(provenance.join('\n')).toContain('1 depthwise kernels of even sides have no centre')
  const confidences = async (key: string) =>
    (await client.studies.rows({ id, modelId: model.id, key })).rows.map(({ confidence }) => confidence)
  expect(await confidences('window=5')).not.toEqual(await confidences('whole'))
})
