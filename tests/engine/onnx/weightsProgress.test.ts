import { existsSync, readdirSync, statSync } from 'node:fs'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { tellingSteps, type StepProgress } from '#engine/base/steps.ts'
import { stoppedBy } from '#engine/base/stopSignal.ts'
import { onGraphThread, readModel, type Tensor } from '#engine/onnx/index.ts'
import { writeWholeModel } from '#engine/onnx/file/whole.ts'
import { temporaryFolder } from './support.ts'

/** Elements of a float16 tensor of 20 MB, which is 40 MB in float32. */
const elements = 10_000_000

/** The small float16 network with 20 MB of zeros beside it. */
async function heavyModel(folder: string): Promise<string> {
  const { graph } = await readModel(join(import.meta.dirname, 'fixtures/float16/resnet.onnx'))
  const zeros = join(folder, 'zeros.bin')
  await writeFile(zeros, '')
  await truncate(zeros, 2 * elements)
  const data = { kind: 'file' as const, path: zeros, offset: 0, length: 2 * elements }
  const heavy: Tensor = { name: 'heavy', type: 'float16', shape: [elements], data }
  const path = join(folder, 'heavy.onnx')
  await writeWholeModel({ ...graph, tensors: new Map([...graph.tensors, ['heavy', heavy]]) }, path)
  return path
}

it('tells how far the weights of a float32 copy are written, and leaves none where it is stopped', async () => {
  const folder = await temporaryFolder()
  const path = await heavyModel(folder)
  const digest = await onGraphThread({ kind: 'digest', path })
  const weights = join(folder, 'variants/weights')
  const write = () =>
    onGraphThread({
      ...{ kind: 'variant', path, digest, name: 'gradient', directory: join(folder, 'variants') },
      plan: { op: 'gradient', normalisation: { mean: [0, 0, 0], std: [1, 1, 1] } },
    })

  const stop = new AbortController()
  const stopped = tellingSteps(
    () => stop.abort(),
    () => stoppedBy(stop.signal, write),
  )
  await expect(stopped).rejects.toMatchObject({ code: 'CANCELLED' })

  const steps: StepProgress[] = []
  expect(existsSync(weights) ? readdirSync(weights).filter((name) => name.endsWith('.bin')) : []).toEqual([])
  await tellingSteps((step) => steps.push(step), write)
  const [first, ...more] = steps
  const size = statSync(join(weights, `${digest}-float32.bin`)).size
  expect(size).toBeGreaterThan(4 * elements)
  expect(first).toEqual({ path, done: expect.any(Number), total: size })
  expect(more.length).toBeGreaterThan(0)
  expect(steps.map(({ done }) => done)).toEqual(steps.map(({ done }) => done).toSorted((a, b) => a - b))
  expect(steps.at(-1)?.done).toBeLessThanOrEqual(size)
})
