import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import { onTestFinished } from 'vitest'
import goldenTable from './fixtures/goldens.json' with { type: 'json' }

/** The small networks of tools/goldens/onnx_nets.py. */
export const netNames = Object.keys(goldenTable) as (keyof typeof goldenTable)[]
export type NetName = (typeof netNames)[number]
export const goldens: Record<NetName, { logits: number[]; parameters: number }> = goldenTable

export const netPath = (name: NetName) => join(import.meta.dirname, 'fixtures', `${name}.onnx`)

/** Gradient of sum(cotangent * logits) to the input, from PyTorch in float64. */
export async function goldenGradient(name: NetName): Promise<Float32Array> {
  const bytes = await readFile(join(import.meta.dirname, 'fixtures', `${name}.gradient.bin`))
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength))
}

/** The numbers of `ramp` in tools/goldens/onnx_models.py. */
export function ramp(count: number, multiplier: number, scale: number): Float32Array {
  return Float32Array.from(
    { length: count },
    (_, index) => ((Math.imul(index, multiplier) >>> 0) / 2 ** 32 - 0.5) * scale,
  )
}

export const netInput = () => ramp(2 * 3 * 32 * 32, 2654435761, 4)
export const netCotangent = () => ramp(2 * 10, 2246822519, 2)

/** A folder that is deleted after the test. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'kernelscope-onnx-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return folder
}

export const float32 = (data: Float32Array, shape: readonly number[]) =>
  new ort.Tensor('float32', data, shape)

/** Runs a model file once on the CPU. */
export async function run(
  path: string,
  feeds: Record<string, ort.Tensor>,
): Promise<Record<string, ort.Tensor>> {
  const session = await ort.InferenceSession.create(path, { intraOpNumThreads: 1 })
  try {
    return await session.run(feeds)
  } finally {
    await session.release()
  }
}

export function numbers(tensor: ort.Tensor | undefined): Float32Array {
  if (!(tensor?.data instanceof Float32Array)) throw new TypeError('no float32 tensor')
  return tensor.data
}

/** ||a - b|| / ||b||. */
export function relativeError(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let difference = 0
  let norm = 0
  for (let index = 0; index < b.length; index++) {
    difference += ((a[index] ?? NaN) - (b[index] ?? NaN)) ** 2
    norm += (b[index] ?? NaN) ** 2
  }
  return a.length === b.length ? Math.sqrt(difference / norm) : NaN
}
