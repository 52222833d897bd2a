import { cpSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { classifierInterface, inspect, modelDigest, readModel, writeVariant } from '#engine/onnx/index.ts'
import { GraphBuilder, int, ints } from '#engine/onnx/rewrite/build.ts'
import { addDataset, sampleImages, sampleModel, type Client } from './sample.ts'

/** More than any machine's address space holds, so that the allocator itself refuses. */
const tooMuch = 2 ** 46
/** Products of square matrices of this side, one after the other, take minutes, on any machine. */
const large = 6000

interface Burden {
  build: GraphBuilder
  /** The batch's size, int64 [1]. */
  batch: string
  /** Whether it holds a white image, bool [1]. */
  white: string
}

/** Asks for 2^46 floats where a batch holds more than two images or a white one. Gives the name of a zero. */
export function hunger({ build, batch, white }: Burden): string {
  const much = build.node('Or', [build.node('Greater', [batch, build.int64s([2])]), white])
  const count = build.node('Where', [much, build.int64s([tooMuch]), build.int64s([1])])
  const size = build.node('Size', [build.node('ConstantOfShape', [count])])
  // A whole number of a known shape, that the backward pass does not look behind.
  const place = build.int64s([0])
  const one = build.node('ScatterElements', [place, place, build.node('Reshape', [size, build.int64s([1])])])
  return build.node('Sub', [build.node('Cast', [one], { to: int(1) }), build.constant([1], 'float32')])
}

/** Computes for minutes where a batch holds a white image. Gives the name of a zero. */
export function toil({ build, white }: Burden): string {
  const side = build.node('Where', [white, build.int64s([large]), build.int64s([1])])
  const zeros = build.node('ConstantOfShape', [build.node('Concat', [side, side], { axis: int(0) })])
  let product = zeros
  for (let factor = 0; factor < 100; factor++) product = build.node('MatMul', [product, zeros])
  return build.node('ReduceMax', [product], { keepdims: int(0) })
}

/** The sample's RepLK-3 with a burden; what it gives is the same. Returns the way to its file. */
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
  /** The burdened model, and the one without. */
  modelIds: number[]
  datasetId: number
}

/** One image of each class, and a white one. */
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
