import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import sharp from 'sharp'
import { fitReadout } from './fit.ts'
import { Net } from './graph.ts'
import { minerals, paint, side } from './images.ts'
import { backbones, type Backbone } from './nets.ts'

/**
 * Makes a small world that shares nothing with the sample: nine classes of painted minerals at 48 px, and three nets
 * whose layers are random and whose readout is fitted in closed form. Files lie as a lab's do: no sidecars, class
 * folders and labels with partly different names, labels in an order of their own.
 *
 *     node tests/minerals/make.ts FOLDER [IMAGES_PER_CLASS]
 */
export interface World {
  /** Class folders of PNG files. */
  images: string
  /** ONNX files. */
  models: string[]
  /** The names of the nets' outputs, a line each. */
  labels: string
}

/** What the nets were fitted with: CIFAR-10's mean and deviation, as small nets often are. */
const [mean, deviation] = [
  [0.4914, 0.4822, 0.4465],
  [0.247, 0.2435, 0.2616],
]

/** The nets' order of classes: by hardness, not by name. */
const order = ['chalk', 'marble', 'malachite', 'slate', 'basalt', 'gneiss', 'granite', 'agate', 'flint']
const placeOf = (at: number) => order.indexOf(minerals[at]?.label ?? '')

/** Makes the images, nets and labels in a folder, in a few seconds. */
export async function makeMinerals(folder: string, perClass = 40): Promise<World> {
  const world = {
    images: join(folder, 'minerals'),
    models: backbones.map(({ file }) => join(folder, 'nets', `${file}.onnx`)),
    labels: join(folder, 'nets', 'labels.txt'),
  }
  mkdirSync(join(folder, 'nets'), { recursive: true })
  writeFileSync(world.labels, `${order.join('\n')}\n`)
  for (const [at, { folder: name }] of minerals.entries()) {
    mkdirSync(join(world.images, name), { recursive: true })
    for (let number = 0; number < perClass; number++)
      await sharp(paint(at, number), { raw: { width: side, height: side, channels: 3 } })
        .png()
        .toFile(join(world.images, name, `${name} ${String(number + 1).padStart(3, '0')}.png`))
  }
  for (const [at, backbone] of backbones.entries())
    writeFileSync(world.models[at] ?? '', await fitted(backbone))
  return world
}

/** The file of a net whose readout is fitted to images that are not among those of the folder. */
async function fitted(backbone: Backbone): Promise<Uint8Array> {
  const perClass = 80
  const classes = minerals.flatMap((_, at) => Array<number>(perClass).fill(placeOf(at)))
  const images = minerals.flatMap((_, at) =>
    Array.from({ length: perClass }, (_, number) => paint(at, 500 + number)),
  )
  const bare = new Net()
  const session = await ort.InferenceSession.create(bare.bytes(side, backbone.write(bare), backbone.width))
  const features = await session.run({
    input: new ort.Tensor('float32', planes(images), [images.length, 3, side, side]),
  })
  await session.release()
  const data = features['output']?.data
  if (!(data instanceof Float32Array)) throw new TypeError('no float32 features')
  const { weights, biases } = fitReadout(data, backbone.width, classes, order.length)
  const net = new Net()
  const scores = net.node(
    'Gemm',
    'fc/Gemm',
    [
      backbone.write(net),
      net.weight('fc.weight', [order.length, backbone.width], weights),
      net.weight('fc.bias', [order.length], biases),
    ],
    { transB: 1 },
  )
  return net.bytes(side, scores, order.length)
}

/** Images of RGB bytes as one normalised float array of [n, 3, side, side]. */
function planes(images: readonly Uint8Array[]): Float32Array {
  const area = side * side
  return Float32Array.from({ length: images.length * 3 * area }, (_, index) => {
    const [image, channel, pixel] = [
      Math.floor(index / (3 * area)),
      Math.floor(index / area) % 3,
      index % area,
    ]
    const byte = images[image]?.[3 * pixel + channel] ?? 0
    return (byte / 255 - (mean[channel] ?? 0)) / (deviation[channel] ?? 1)
  })
}

const [, script, folder, perClass] = process.argv
if (script === import.meta.filename && folder !== undefined)
  console.log(JSON.stringify(await makeMinerals(folder, Number(perClass ?? 40)), null, 2))
