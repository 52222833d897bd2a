import { cpSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { classifierInterface, inspect, modelDigest, readModel, writeVariant } from '#engine/onnx/index.ts'
import { GraphBuilder, int, ints } from '#engine/onnx/rewrite/build.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

/** More than any machine's address space holds, so that the allocator itself refuses. */
const tooMuch = 2 ** 46

/**
 * The sample's RepLK-3, which asks for 2^46 floats where a batch holds more than two images or a white one, and for one
 * else. What it gives is the same. Returns the way to its file.
 */
async function hungry(folder: string): Promise<string> {
  const model = await readModel(sampleModel('replk3'))
  const { input, output } = classifierInterface(inspect(model))
  const build = new GraphBuilder(model.graph, 'hungry')
  const batch = build.node('Gather', [build.node('Shape', [input]), build.int64s([0])], { axis: int(0) })
  const brightness = build.node('ReduceMean', [input], { axes: ints([1, 2, 3]), keepdims: int(0) })
  const brightest = build.node('ReduceMax', [brightness], { keepdims: int(1) })
  const much = build.node('Or', [
    build.node('Greater', [batch, build.int64s([2])]),
    build.node('Greater', [brightest, build.constant([2], 'float32')]),
  ])
  const count = build.node('Where', [much, build.int64s([tooMuch]), build.int64s([1])])
  const nothing = build.node('ReduceMax', [build.node('ConstantOfShape', [count])], { keepdims: int(0) })
  const inner = build.fresh('logits')
  const nodes = model.graph.nodes.map((node) => ({
    ...node,
    outputs: node.outputs.map((name) => (name === output ? inner : name)),
  }))
  build.node('Add', [inner, nothing], {}, output)
  const digest = await modelDigest(model)
  const path = await writeVariant(model, build.finish({ nodes }), folder, 'hungry', { digest })
  cpSync(sampleModel('replk3').replace('.onnx', '.json'), path.replace('.onnx', '.json'))
  return path
}

it.each([{ batch: 16 }, {}])(
  'a model that runs out of memory goes on with smaller batches and gives up the image that never fits (%j)',
  async (overrides) => {
    const folder = temporaryFolder()
    const engine = await createEngine({ overrides })
    onTestFinished(() => engine.close())
    const { client } = engine
    await client.workspace.create({ path: join(folder, 'workspace') })
    const images = sampleImages(folder, 1)
    const white = { width: 96, height: 96, channels: 3, background: 'white' } as const
    await sharp({ create: white })
      .png()
      .toFile(join(images, 'dog', 'white.png'))
    const datasetId = await addDataset(client, images)
    const modelIds: number[] = []
    for (const path of [await hungry(folder), sampleModel('replk3')])
      modelIds.push((await client.models.add({ path })).id)
    const { id } = await runStudy(client, { kind: 'clean-accuracy', modelIds, datasetId })

    const { conditions, failures } = await client.studies.result({ id })
    expect(failures.map(({ code, n }) => ({ code, n }))).toEqual([{ code: 'OUT_OF_MEMORY', n: 1 }])
    const rows = []
    for (const { modelId, key } of conditions)
      rows.push((await client.studies.rows({ id, modelId, key })).rows)
    const told = rows.map((some) =>
      some.map(({ image, predicted, confidence }) => ({
        image,
        predicted,
        confidence: confidence.toFixed(5),
      })),
    )
    expect(told[0]).toHaveLength(16)
    expect(told[0]).toEqual(told[1]?.filter(({ image }) => !image.endsWith('white.png')))
  },
)
