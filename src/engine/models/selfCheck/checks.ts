import { openSession } from '../../inference/index.ts'
import {
  classifierInterface,
  gatesInput,
  gradientOutput,
  labelsInput,
  queryInput,
  weightInput,
} from '../../onnx/index.ts'
import { classifierGraph } from '../graphPlan.ts'
import { checkWanted, distance, first, floatPixels, runtime, variant, within, type Trial } from './trial.ts'

/** Compares a rewrite with the model. `message` names what is compared; `error` is their relative difference. */
export type Check = (trial: Trial) => Promise<{ error: number; message: string }>

/** Compares the logits of 8-bit pixels with those of the model on normalised floats. */
export async function checkPixels(trial: Trial): ReturnType<Check> {
  const { model, images, pixels, logits } = trial
  const path = await variant(trial, { op: 'pixels', normalisation: model.preprocessing })
  const session = await openSession({ ...classifierGraph(model, path), ...runtime, pixelType: 'uint8' })
  try {
    const shared = new SharedArrayBuffer(pixels.length)
    new Uint8Array(shared).set(pixels)
    const { outputs } = await session.outputs({ pixels: shared, first: 0, batch: images }, images)
    return { error: distance(outputs, logits), message: 'logits of 8-bit pixels against the model itself' }
  } finally {
    await session.close()
  }
}

const blocksOf = ({ model }: Trial) =>
  model.inspection.blocks.filter(({ removable }) => removable).map(({ adds }) => ({ adds }))

const outputOf = ({ model }: Trial) => classifierInterface(model.inspection).output

/** Logits with all gates on but one, whose branch may be cut out. */
async function gated(trial: Trial, off: number | null, isCut = false): Promise<Float32Array> {
  const blocks = blocksOf(trial)
  const cut = isCut && off !== null ? [off] : []
  const path = await variant(trial, { op: 'gate', normalisation: trial.model.preprocessing, blocks, cut })
  const gates = new Float32Array(blocks.length).fill(1)
  if (off !== null) gates[off] = 0
  const feeds = [floatPixels(trial), { name: gatesInput, data: gates, shape: [blocks.length] }]
  return within(path, async (session) => first((await session.run(feeds, [outputOf(trial)])).outputs))
}

/** Compares the logits with every gate on with those of the model. */
export async function checkGates(trial: Trial): ReturnType<Check> {
  const message = 'logits with every gate on against the model itself'
  return { error: distance(await gated(trial, null), trial.logits), message }
}

/** Compares the logits without the last removable block with those with its gate off. */
export async function checkBypass(trial: Trial): ReturnType<Check> {
  const blocks = blocksOf(trial)
  const last = blocks.length - 1
  const message = `logits without the block of ${blocks[last]?.adds.join(' and ') ?? ''} against its gate off`
  return { error: distance(await gated(trial, last, true), await gated(trial, last)), message }
}

/** Steps along the gradient that change the logit by these amounts. The step with the smallest error counts. */
const steps = [0.2, 0.05, 0.01]

/** Compares the gradient of the largest logit with a finite difference along it. */
export async function checkGradient(trial: Trial): ReturnType<Check> {
  const { model, images, logits } = trial
  const path = await variant(trial, { op: 'gradient', normalisation: model.preprocessing })
  const pixels = floatPixels(trial)
  const labels = new Float32Array(images * model.classes)
  const target = logits
    .subarray(0, model.classes)
    .reduce((best, value, at, all) => (value > (all[best] ?? 0) ? at : best), 0)
  labels[target] = -1
  return within(path, async (session) => {
    const run = async (data: Float32Array, output: string) =>
      first(
        (
          await session.run(
            [
              { ...pixels, data },
              { name: labelsInput, data: labels, shape: [images, model.classes] },
              { name: weightInput, data: Float32Array.of(0), shape: [1] },
            ],
            [output],
          )
        ).outputs,
      )
    const gradient = await run(pixels.data, gradientOutput)
    const norm = Math.sqrt(gradient.reduce((sum, value) => sum + value * value, 0))
    if (!(norm > 0) || !Number.isFinite(norm))
      return {
        error: norm === 0 ? 0 : Infinity,
        message: 'the gradient of the largest logit, which is zero here',
      }
    let error = Infinity
    for (const step of steps) {
      const h = step / norm
      const at = async (by: number) =>
        (
          await run(
            pixels.data.map((value, i) => value + (by * (gradient[i] ?? 0)) / norm),
            outputOf(trial),
          )
        )[target] ?? NaN
      checkWanted(trial)
      error = Math.min(error, Math.abs(((await at(h)) - (await at(-h))) / (2 * h) / norm - 1))
    }
    return { error, message: 'the gradient of the largest logit against a finite difference along it' }
  })
}

/** Compares the logits of the graph that gives attention maps with those of the model. */
export async function checkAttention(trial: Trial): ReturnType<Check> {
  const path = await variant(trial, { op: 'attention', normalisation: trial.model.preprocessing })
  const feeds = [floatPixels(trial), { name: queryInput, data: Float32Array.of(0), shape: [1] }]
  const logits = await within(path, async (session) =>
    first((await session.run(feeds, [outputOf(trial)])).outputs),
  )
  return {
    error: distance(logits, trial.logits),
    message: 'logits beside the attention maps against the model itself',
  }
}
