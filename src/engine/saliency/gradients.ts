import { open } from 'node:fs/promises'
import type { Explained, GradientResult } from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorShape } from '#shared/errors.ts'
import { writeWhole } from '../base/wholeFile.ts'
import { gradientOutput, labelsInput, pixelsInput, weightInput } from '../onnx/index.ts'
import { gradientCalls, loadBatch } from './batch.ts'
import { npyHeader } from './npy.ts'
import type { ImageFile, MapContext, MapStream } from './context.ts'
import type { InspectedModel } from './inspectedModel.ts'
import { opened } from './opening.ts'

/**
 * An image, and the index of the class whose output or cross entropy is differentiated. Without a class there is a
 * problem, and the image's row is NaN.
 */
export interface LabelledImage extends ImageFile {
  label: number | null
  problem: ErrorShape | null
}

/**
 * Writes d(logit or cross entropy)/d(image in [0,1]) of images as a NumPy array float32 [N,3,H,W]. Writes a JSON file next
 * to it that names the image of each row. Rows of images that failed are NaN.
 *
 * @throws MODEL_UNSUPPORTED where an operator has no gradient rule; the message names the operator and the node
 * @throws FILE_UNREADABLE where `out` cannot be written
 * @throws CANCELLED where `context.signal` is aborted; the file is then incomplete
 */
export async function* writeGradients(
  context: MapContext,
  model: InspectedModel,
  images: readonly LabelledImage[],
  of: Explained,
  out: string,
): MapStream<GradientResult> {
  const started = performance.now()
  yield { type: 'progress', done: 0, total: images.length, unit: 'images', note: `opening ${model.title}` }
  const plan = { op: 'gradient', normalisation: model.preprocessing } as const
  const inUse = yield* opened(context, model, plan, { total: images.length, unit: 'images' })
  const [height, width] = model.preprocessing.size
  const shape = [images.length, 3, height, width]
  const file = await open(out, 'w').catch((cause: unknown) => {
    inUse.end()
    throw new KernelscopeError('FILE_UNREADABLE', `cannot write ${out}`, { cause })
  })
  const rows: { file: string; label: number | null; problem: ErrorShape | null }[] = []
  try {
    await file.write(npyHeader(shape))
    const write = async ({ path, label, problem }: LabelledImage, values: Float32Array | null) => {
      rows.push({ file: path, label, problem })
      await file.write(planar(values, height * width))
    }
    yield* gradientCalls(context, model, images, `${model.title} on ${inUse.provider}`, {
      async call(part, batch) {
        const { floats, problems } = await loadBatch(context, model, part, batch)
        const labels = new Float32Array(batch * model.classes)
        for (const [row, { label }] of part.entries())
          if (label !== null) labels[row * model.classes + label] = of === 'logit' ? -1 : 1
        const { outputs } = await inUse.session.run(
          [
            { name: pixelsInput, data: floats, shape: [batch, height, width, 3] },
            { name: labelsInput, data: labels, shape: [batch, model.classes] },
            { name: weightInput, data: Float32Array.of(of === 'logit' ? 0 : 1), shape: [1] },
          ],
          [gradientOutput],
        )
        const values = 3 * height * width
        for (const [row, image] of part.entries()) {
          const problem = image.problem ?? problems[row] ?? null
          const found = outputs[0]?.data.subarray(row * values, (row + 1) * values) ?? null
          await write({ ...image, problem }, problem ? null : found)
        }
      },
      giveUp: (image, problem) => write({ ...image, problem: image.problem ?? problem }, null),
    })
  } finally {
    await file.close()
    inUse.end()
  }
  const sidecar = `${out.replace(/\.npy$/i, '')}.json`
  const { title, digest, preprocessing } = model
  const told = {
    model: { title, digest, preprocessing },
    of,
    wrt: 'image in [0,1]',
    shape,
    provider: inUse.provider,
    rows,
  }
  await writeWhole(sidecar, `${JSON.stringify(told, null, 2)}\n`)
  const failed = rows.filter(({ problem }) => problem !== null).length
  const result = {
    path: out,
    rows: sidecar,
    shape,
    failed,
    provider: inUse.provider,
    milliseconds: performance.now() - started,
  }
  yield { type: 'result', result }
}

/** Transposes an image [H,W,3] to [3,H,W]; all NaN without an image. */
function planar(values: Float32Array | null, pixels: number): Uint8Array {
  const result = new Float32Array(3 * pixels).fill(NaN)
  if (values)
    for (let at = 0; at < pixels; at++)
      for (let channel = 0; channel < 3; channel++)
        result[channel * pixels + at] = values[at * 3 + channel] ?? NaN
  return new Uint8Array(result.buffer)
}
