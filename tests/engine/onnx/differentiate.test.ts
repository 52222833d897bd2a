import { describe, expect, it } from 'vitest'
import { differentiate, readModel, writeVariant } from '#engine/onnx/index.ts'
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

describe.each(netNames)('the gradient of %s', (name) => {
  it('is that of PyTorch, and the logits stay what they were', async () => {
    const model = await readModel(netPath(name))
    const path = await writeVariant(model, differentiate(model.graph), await temporaryFolder(), 'gradient')
    const results = await run(path, {
      input: float32(netInput(), [2, 3, 32, 32]),
      cotangent: float32(netCotangent(), [2, 10]),
    })
    expect(relativeError(numbers(results.gradient), await goldenGradient(name))).toBeLessThan(1e-4)
    expect(relativeError(numbers(results.logits), goldens[name].logits)).toBeLessThan(2e-5)
  })
})
