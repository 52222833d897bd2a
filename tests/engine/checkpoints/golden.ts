import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import {
  buildCheckpoint,
  evaluate,
  withWeights,
  type Answers,
  type Checkpoint,
  type StoredTensor,
} from '#engine/checkpoints/index.ts'
import type { OnnxModel } from '#engine/onnx/index.ts'

const shape = z.array(z.int())
const goldens = z.record(
  z.string(),
  z.object({
    side: z.int(),
    answers: z.record(z.string(), z.string()),
    /** Shape, scale and offset of each stored tensor; its values are offset + scale (u - 0.5). */
    tensors: z.record(z.string(), z.tuple([shape, z.number(), z.number()])),
    logits: z.array(z.number()),
  }),
)
const sizes = z.record(z.string(), z.record(z.string(), shape))

export type Golden = z.infer<typeof goldens>[string]

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name))

/** The small checkpoints of a family, by their names in tools/goldens/checkpoints/nets. */
export const goldensOf = (family: string) =>
  Object.entries(goldens.parse(JSON.parse(fixture(`${family}.json`).toString())))

/** Names and shapes of the published sizes of a family. */
export const sizesOf = (family: string) =>
  Object.entries(sizes.parse(JSON.parse(gunzipSync(fixture(`${family}.sizes.json.gz`)).toString())))

/** What the exports of PyTorch have, by the names of `structureOf`. */
export const structures = z
  .record(z.string(), z.record(z.string(), z.unknown()))
  .parse(JSON.parse(fixture('structure.json').toString()))

/** A checkpoint of which only names and shapes are asked. */
export function checkpointOf(shapes: Readonly<Record<string, readonly number[]>>): Checkpoint {
  const tensors = Object.entries(shapes).map(([name, shape]): [string, StoredTensor] => {
    const length = 4 * shape.reduce((product, size) => product * size, 1)
    return [
      name,
      { name, type: 'float32', shape, strides: null, file: 'none', offset: 0, length, entry: null },
    ]
  })
  return {
    container: 'safetensors',
    files: [],
    tensors: new Map(tensors),
    unwrapped: [],
    metadata: new Map(),
  }
}

export const checkpointOfGolden = ({ tensors }: Golden): Checkpoint =>
  checkpointOf(Object.fromEntries(Object.entries(tensors).map(([name, [shape]]) => [name, shape])))

/** The model that is built from a golden's checkpoint, with all weights in memory. */
export async function modelOf(golden: Golden, answers: Answers = {}): Promise<OnnxModel> {
  const given = { ...golden.answers, ...answers }
  const built = buildCheckpoint(checkpointOfGolden(golden), given)
  const values = new Map<string, Float32Array>()
  for (const [name, expression] of built.weights)
    values.set(name, await evaluate(expression, (stored) => Promise.resolve(valuesOf(golden, stored))))
  const graph = withWeights(built, (name) => ({
    kind: 'inline',
    bytes: new Uint8Array(values.get(name)?.buffer ?? new ArrayBuffer(0)),
  }))
  return { path: 'golden', bytes: 0, externalFiles: [], producer: '', metadata: new Map(), graph }
}

/** Values of a stored tensor of a golden, row-major. */
export function valuesOf({ tensors }: Golden, name: string): Float32Array {
  const found = tensors[name]
  if (!found) throw new RangeError(`no tensor ${name}`)
  const [shape, scale, offset] = found
  const count = shape.reduce((product, size) => product * size, 1)
  return uniform(count, seedOf(name)).map((value) => offset + scale * (value - 0.5))
}

/** The four images of tools/goldens/checkpoints/golden.py, [4,3,side,side]. */
export const imagesOf = ({ side }: Golden) =>
  uniform(4 * 3 * side * side, 1).map((value) => 4 * (value - 0.5))

/** The numbers of `uniform` in tools/goldens/checkpoints/golden.py. */
function uniform(count: number, seed: number): Float32Array {
  return Float32Array.from(new Float64Array(count), (_, index) => {
    let x = (index + seed) >>> 0
    x ^= x >>> 16
    x = Math.imul(x, 0x7feb352d)
    x ^= x >>> 15
    x = Math.imul(x, 0x846ca68b)
    x ^= x >>> 16
    return (x >>> 0) / 2 ** 32
  })
}

/** FNV-1a. */
const seedOf = (name: string) =>
  new TextEncoder().encode(name).reduce((value, byte) => Math.imul(value ^ byte, 16777619) >>> 0, 2166136261)
