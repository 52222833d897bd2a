import { join } from 'node:path'
import * as ort from 'onnxruntime-node'
import { describe, expect, it } from 'vitest'
import { attentionMaps, differentiate, inspect, readModel, writeVariant } from '#engine/onnx/index.ts'
import {
  float32,
  goldenGradient,
  goldens,
  netCotangent,
  netInput,
  netNames,
  netPath,
  numbers,
  relativeError,
  run,
  temporaryFolder,
} from './support.ts'

const structure = (model: Awaited<ReturnType<typeof readModel>>) => {
  const { family, blocks } = inspect(model)
  return {
    family,
    blocks: blocks.map(({ stage, adds, removable }) => ({ stage, units: adds.length, removable })),
    attention: attentionMaps(model.graph).map(({ heads, tokens }) => ({ heads, tokens })),
  }
}

describe.each(['basic', 'extended'] as const)("a file written by ONNX Runtime's %s optimisation", (level) => {
  it.each(netNames)('of %s is read and differentiated like the original', async (name) => {
    const folder = await temporaryFolder()
    const optimised = join(folder, 'optimised.onnx')
    const session = await ort.InferenceSession.create(netPath(name), {
      graphOptimizationLevel: level,
      optimizedModelFilePath: optimised,
      logSeverityLevel: 3,
    })
    await session.release()
    const model = await readModel(optimised)
    expect(structure(model)).toEqual(structure(await readModel(netPath(name))))
    const path = await writeVariant(model, differentiate(model.graph), folder, 'gradient')
    const results = await run(path, {
      input: float32(netInput(), [2, 3, 32, 32]),
      cotangent: float32(netCotangent(), [2, 10]),
    })
    expect(relativeError(numbers(results.gradient), await goldenGradient(name))).toBeLessThan(1e-4)
    expect(relativeError(numbers(results.logits), goldens[name].logits)).toBeLessThan(2e-5)
  })
})

it('a file that was optimised for one processor is refused with a hint', async () => {
  const optimised = join(await temporaryFolder(), 'optimised.onnx')
  const session = await ort.InferenceSession.create(netPath('resnet'), {
    graphOptimizationLevel: 'all',
    optimizedModelFilePath: optimised,
    logSeverityLevel: 3,
  })
  await session.release()
  const read = await readModel(optimised).catch((error: unknown) => error)
  // On processors without a blocked layout the file is like any other.
  if (!(read instanceof Error))
    return expect(JSON.stringify(read)).not.toContain('"domain":"com.microsoft.nchwc"')
  expect(read).toMatchObject({
    code: 'MODEL_UNSUPPORTED',
    message: expect.stringContaining('for one processor'),
    hint: expect.stringContaining('basic or extended'),
  })
})
