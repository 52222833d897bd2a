import { cpSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { classifierInterface, inspect, modelDigest, readModel, writeVariant } from '#engine/onnx/index.ts'
import { GraphBuilder, int, ints } from '#engine/onnx/rewrite/build.ts'
import { addDataset, sampleImages, sampleModel, type Client } from './sample.ts'

/** Exceeds the address space of every machine, so the allocator itself refuses. */
const tooMuch = 2 ** 46
/** Products of square matrices with this side take minutes on every machine. */
const large = 6000

interface Burden {
  build: GraphBuilder
  /** Name of the batch size, int64 [1]. */
  batch: string
  /** Name of whether it has a white image, bool [1]. */
  white: string
}

/** Allocates 2^46 floats where a batch has more than two images or a white one. Returns the name of a tensor that is zero. */
export function memoryBurden({ build, batch, white }: Burden): string {
  const much = build.node('Or', [build.node('Greater', [batch, build.int64s([2])]), white])
  const count = build.node('Where', [much, build.int64s([tooMuch]), build.int64s([1])])
  const size = build.node('Size', [build.node('ConstantOfShape', [count])])
  // An integer of a known shape, which the backward pass does not go through.
  const place = build.int64s([0])
  const one = build.node('ScatterElements', [place, place, build.node('Reshape', [size, build.int64s([1])])])
  return build.node('Sub', [build.node('Cast', [one], { to: int(1) }), build.constant([1], 'float32')])
}

/** Computes for minutes where a batch has a white image. Returns the name of a tensor that is zero. */
export function timeBurden({ build, white }: Burden): string {
  const side = build.node('Where', [white, build.int64s([large]), build.int64s([1])])
  const zeros = build.node('ConstantOfShape', [build.node('Concat', [side, side], { axis: int(0) })])
  let product = zeros
  for (let factor = 0; factor < 100; factor++) product = build.node('MatMul', [product, zeros])
  return build.node('ReduceMax', [product], { keepdims: int(0) })
}

/** The sample's RepLK-3 with a burden and unchanged outputs. Returns the path of its file. */
async function burdened(folder: string, burden: (one: Burden) => string): Promise<string> {
  const model = await readModel(sampleModel('replk3'))
  const { input, output } = classifierInterface(inspect(model))
  const build = new GraphBuilder(model.graph, 'burden')
  const batch = build.node('Gather', [build.node('Shape', [input]), build.int64s([0])], { axis: int(0) })
  const brightness = build.node('ReduceMean', [input], { axes: ints([1, 2, 3]), keepdims: int(0) })
  const brightest = build.node('ReduceMax', [brightness], { keepdims: int(1) })
  const white = build.node('Greater', [brightest, build.constant([2], 'float32')])
  const nothing = burden({ build, batch, white })
  const inner = build.fresh('logits')
  const nodes = model.graph.nodes.map((node) => ({
    ...node,
    outputs: node.outputs.map((name) => (name === output ? inner : name)),
  }))
  build.node('Add', [inner, nothing], {}, output)
  const digest = await modelDigest(model)
  const path = await writeVariant(model, build.finish({ nodes }), folder, 'burdened', { digest })
  cpSync(sampleModel('replk3').replace('.onnx', '.json'), path.replace('.onnx', '.json'))
  return path
}

interface Setting {
  /** Ids of the burdened model and of the same model without a burden. */
  modelIds: number[]
  datasetId: number
}

/** One image of each class and a white image. */
export async function setUp(
  client: Client,
  folder: string,
  burden: (one: Burden) => string,
): Promise<Setting> {
  await client.workspace.create({ path: join(folder, 'workspace') })
  const images = sampleImages(folder, 1)
  const white = { width: 96, height: 96, channels: 3, background: 'white' } as const
  await sharp({ create: white })
    .png()
    .toFile(join(images, 'dog', 'white.png'))
  const datasetId = await addDataset(client, images)
  const modelIds: number[] = []
  for (const path of [await burdened(folder, burden), sampleModel('replk3')])
    modelIds.push((await client.models.add({ path })).id)
  return { modelIds, datasetId }
}
