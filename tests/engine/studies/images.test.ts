import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import type { StudyImageOrder } from '#shared/contract/index.ts'
import { tmpdir } from 'node:os'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

let folder: string
let engine: Engine
let datasetId: number
let modelIds: number[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  datasetId = await addDataset(engine.client, sampleImages(folder, 1))
  modelIds = []
  for (const name of ['replk3', 'resnet'])
    modelIds.push((await engine.client.models.add({ path: sampleModel(name) })).id)
}, 120_000)

afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

async function all(id: number, order: StudyImageOrder, limit: number) {
  const rows = []
  let after: number | null = null
  do {
    const page: Awaited<ReturnType<Engine['client']['studies']['images']>> =
      await engine.client.studies.images({ id, order, limit, after })
    rows.push(...page.rows)
    after = page.next
    expect(page.total).toBe(16)
  } while (after !== null)
  return rows
}

describe('the images of a study', () => {
  it('are summed up as a count of the stored facts, in every order and for every page size', async () => {
    const params = { percents: [0, 30, 60, 90], repeats: 2 }
    const shareOf = (percent: number) => (100 * Math.floor((36 * percent) / 100)) / 36
    const { id } = await runStudy(engine.client, { kind: 'random-patch-drop', modelIds, datasetId, params })
    const byImage = new Map<number, { failsAt: number | null; failing: number[]; disagreement: number }>()
    for (const imageId of (await all(id, 'image', 100)).map(({ image }) => image.id)) {
      const { rows } = await engine.client.studies.image({ id, imageId })
      const failsAt = modelIds.map((modelId) =>
        params.percents.find((percent) => {
          const own = rows.filter((row) => row.modelId === modelId && row.params['percent'] === percent)
          return own.filter(({ correct }) => !correct).length * 2 > own.length
        }),
      )
      // Of 36 patches, rounded down.
      const lowest = Math.min(...failsAt.map((x) => (x === undefined ? Infinity : shareOf(x))))
      const keys = [...Map.groupBy(rows, ({ key }) => key).values()]
      byImage.set(imageId, {
        failsAt: lowest === Infinity ? null : lowest,
        failing: modelIds.filter((_, place) => shareOf(failsAt[place] ?? Infinity) === lowest),
        disagreement: keys.filter(([a, b]) => a?.correct !== b?.correct).length / keys.length,
      })
    }
    for (const order of ['image', 'failsFirst', 'disagree'] as const) {
      const rows = await all(id, order, 5)
      expect(rows).toEqual(await all(id, order, 100))
      expect(new Set(rows.map(({ image }) => image.id)).size).toBe(16)
      for (const { image, failsAt, failing, disagreement } of rows) {
        const wanted = byImage.get(image.id)
        expect({ failsAt, failing: [...failing].sort() }).toEqual({
          failsAt: wanted?.failsAt,
          failing: wanted?.failsAt === null ? [] : wanted?.failing,
        })
        expect(disagreement).toBeCloseTo(wanted?.disagreement ?? NaN, 12)
      }
    }
    const fails = (await all(id, 'failsFirst', 7)).map(({ failsAt }) => failsAt ?? Infinity)
    expect(fails).toEqual([...fails].sort((a, b) => a - b))
    const disagree = (await all(id, 'disagree', 7)).map(({ disagreement }) => disagreement ?? -1)
    expect(disagree).toEqual([...disagree].sort((a, b) => b - a))
    expect(new Set(fails).size).toBeGreaterThan(1)
  })
})

describe('images under an attack', () => {
  it('differ by the epsilon of the attack, are shown, and are saved unchanged', async () => {
    const { client } = engine
    const params = { epsilons: [0.03], baseline: false, transfer: false }
    const { id } = await runStudy(client, { kind: 'adversarial', modelIds, datasetId, params })
    const [modelId = 0] = modelIds
    const key = 'epsilon=0.03,steps=1'
    const { conditions } = await client.studies.result({ id })
    const conditionId = conditions.find((cell) => cell.key === key)?.conditionIds[0] ?? 0
    const { rows } = await client.studies.rows({ id, modelId, key })
    const [first] = rows
    const far = await client.studies.perturbation({ imageId: first?.imageId ?? 0, modelId, conditionId })
    expect(far.linf).toBeCloseTo(0.03, 6)
    expect(far.l2).toBeLessThanOrEqual(0.03 * Math.sqrt(96 * 96 * 3) + 1e-6)

    const out = join(folder, 'adversarial')
    let saved = null
    for await (const event of await client.studies.saveAdversarial({
      id,
      modelId,
      key,
      folder: out,
      npy: true,
    }))
      if (event.type === 'result') saved = event.result
    expect(saved).toMatchObject({ images: 16, failed: 0 })
    const manifest = JSON.parse(readFileSync(join(out, 'manifest.json'), 'utf8'))
    expect(manifest).toMatchObject({
      format: 'kernelscope-adversarial',
      condition: key,
      attack: { epsilon: 0.03 },
    })
    const wrong = rows.filter(({ correct }) => !correct).length
    expect(
      manifest.images.filter(({ after }: { after: { correct: boolean } }) => !after.correct),
    ).toHaveLength(wrong)
    for (const entry of manifest.images) {
      const { data, info } = await sharp(join(out, entry.file)).raw().toBuffer({ resolveWithObject: true })
      expect([info.height, info.width, info.channels]).toEqual([96, 96, 3])
      const bytes = readFileSync(join(out, entry.array))
      const start = 10 + bytes.readUInt16LE(8)
      const floats = new Float32Array(
        bytes.buffer.slice(bytes.byteOffset + start, bytes.byteOffset + bytes.length),
      )
      expect(floats).toHaveLength(data.length)
      expect([...data]).toEqual([...floats].map((value) => Math.round(value * 255)))
      expect(entry.linf).toBeCloseTo(0.03, 6)
      expect(Math.abs(entry.png.linf - entry.linf)).toBeLessThanOrEqual(0.5 / 255 + 1e-6)
    }
    expect(readdirSync(out).some((name) => name.endsWith('.part'))).toBe(false)

    const again = client.studies.saveAdversarial({ id, modelId, key, folder: out })
    await expect(
      (async () => {
        for await (const _ of await again) void _
      })(),
    ).rejects.toThrow('already')
  })

  it('are saved for attacks only', async () => {
    const [study] = await engine.client.studies.list()
    const out = join(folder, 'none')
    const request = { id: study?.id ?? 0, modelId: modelIds[0] ?? 0, key: 'clean', folder: out }
    const saving = async () => {
      for await (const _ of await engine.client.studies.saveAdversarial(request)) void _
    }
    await expect(saving()).rejects.toThrow('no attack of the study is named clean')
    expect(existsSync(out)).toBe(false)
  })
})
