import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { resultOf } from '../saliency/looking.ts'
import { temporaryFolder } from '../../temporary.ts'
import { memoryBurden, setUp } from './burden.ts'
import { runStudy } from './sample.ts'

/** An engine with a model that runs out of memory for the white image and for more than two images, and with the same model without a burden. */
async function hungry() {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  const { modelIds, datasetId } = await setUp(engine.client, folder, memoryBurden)
  const [burdened = 0, plain = 0] = modelIds
  return { folder, client: engine.client, datasetId, burdened, plain }
}

it('gradients of a folder are written in smaller calls where memory is short, and one image is given up', async () => {
  const { folder, client, burdened, plain } = await hungry()
  const written = async (id: number) => {
    const out = join(folder, `${id}.npy`)
    const asked = { model: { id }, images: join(folder, 'images'), label: 'folders', out } as const
    const { failed, shape } = await resultOf(client.maps.gradient(asked))
    const { rows } = JSON.parse(readFileSync(join(folder, `${id}.json`), 'utf8')) as {
      rows: { file: string; problem: { code: string } | null }[]
    }
    const bytes = readFileSync(out)
    const floats = new Float32Array(
      bytes.buffer.slice(bytes.byteOffset + bytes.byteLength - 4 * count(shape)),
    )
    return { failed, rows, of: (row: number) => floats.subarray(row * image, (row + 1) * image) }
  }
  const [few, all] = [await written(burdened), await written(plain)]
  expect([few.failed, all.failed]).toEqual([1, 0])
  expect(few.rows.map(({ file }) => file)).toEqual(all.rows.map(({ file }) => file))
  for (const [row, { file, problem }] of few.rows.entries()) {
    const found = few.of(row)
    if (file.endsWith('white.png')) {
      expect(problem?.code).toBe('OUT_OF_MEMORY')
      expect(found.every(Number.isNaN)).toBe(true)
      continue
    }
    expect(problem).toBeNull()
    const wanted = all.of(row)
    const largest = wanted.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
    expect(largest).toBeGreaterThan(0)
    expect(found.every((value, at) => Math.abs(value - (wanted[at] ?? NaN)) <= 1e-4 * largest)).toBe(true)
  }
})
const image = 3 * 96 * 96
const count = (shape: readonly number[]) => shape.reduce((product, side) => product * side, 1)

it('adversarial images are saved in smaller calls where memory is short', async () => {
  const { folder, client, datasetId, burdened } = await hungry()
  const params = { attack: 'fgsm', epsilons: [0.01], baseline: false }
  const { id } = await runStudy(client, { kind: 'adversarial', modelIds: [burdened], datasetId, params })
  const { conditions } = await client.studies.result({ id })
  const key = conditions.map((one) => one.key).find((one) => one.includes('epsilon=0.01')) ?? ''
  const out = join(folder, 'saved')
  const saved = await resultOf(client.studies.saveAdversarial({ id, modelId: burdened, key, folder: out }))
  expect(saved).toMatchObject({ images: 16, failed: 1 })
  const { images } = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8')) as {
    images: {
      image: string
      problem?: { code: string }
      png?: { predicted: number }
      after?: { predicted: number }
    }[]
  }
  expect(images).toHaveLength(17)
  for (const { image: name, problem } of images)
    expect(problem?.code).toBe(name.endsWith('white.png') ? 'OUT_OF_MEMORY' : undefined)
})
