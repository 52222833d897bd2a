import { beforeAll, afterAll, describe, expect, it } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { nextTurn } from '#engine/base/nextTurn.ts'
import { examplesOf, imageChunks, measured, type StudyImage } from '#engine/facts/index.ts'
import { usableModel } from '#engine/models/index.ts'
import { tracker } from '#engine/studies/definition/index.ts'
import { measureOneByOne, type OneVector } from '#engine/studies/measure/oneByOne.ts'
import { addDataset, sampleImages, sampleModel } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
let engine: Engine
let datasetId: number
let modelId: number

beforeAll(async () => {
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  datasetId = await addDataset(engine.client, sampleImages(folder, 1))
  modelId = (await engine.client.models.add({ path: sampleModel('replk3') })).id
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

let runs = 0

/** Computes a vector for each of ten images. Tells what was begun and ended, in order, and what is stored. */
async function run(compute: (at: number) => Promise<OneVector>, { crashes = 0, lanes = ['a', 'b'] } = {}) {
  const { workspace } = engine.session.open()
  const model = usableModel(workspace.db, modelId)
  const images = [...imageChunks(workspace.db, { datasetId, selectedFor: null }, 10)][0] ?? []
  const rewrite = { op: 'probe', what: 'boxes', together: `run ${++runs}`, version: 1 } as const
  const told: string[] = []
  const stop = new AbortController()
  const progress = tracker({ report: () => undefined }, 0)
  const job = { signal: stop.signal, crashes, enterNative: () => undefined, report: () => undefined }
  // What the computation of vectors asks of a run.
  const context = { workspace, model, progress, job }
  await measureOneByOne(context as never, rewrite, images, {
    note: 'vectors',
    lanes,
    async compute(image: StudyImage, lane) {
      const at = images.indexOf(image)
      told.push(`begin ${at} in ${lane}`)
      const found = await compute(at)
      told.push(`end ${at}`)
      return found
    },
  })
  const found = measured(workspace.db, model, rewrite)
  const placeOf = new Map(images.map(({ exampleId }, at) => [exampleId, at]))
  const vectors = found.vectors(examplesOf(images))
  const problems = found.problems(examplesOf(images))
  return {
    told,
    vectors: [...vectors].map(([id, [value]]) => [placeOf.get(id), value]).toSorted(),
    problems: [...problems].map(([id, { code }]) => [placeOf.get(id), code]),
    computed: progress.computed(),
  }
}

const vectorOf = async (at: number): Promise<OneVector> => {
  await nextTurn()
  return { vector: [10 * at], provider: 'cpu' }
}
const ten = Array.from({ length: 10 }, (_, at) => [at, 10 * at])
const failure = (code: 'OUT_OF_MEMORY' | 'INFERENCE_FAILED') => ({ code, message: 'it failed', hint: '' })

describe('vectors of images, one by one', () => {
  it('are computed in all lanes at once', async () => {
    const other = Promise.withResolvers<void>()
    const { told, vectors, computed } = await run(async (at) => {
      if (at === 0) await other.promise
      other.resolve()
      return vectorOf(at)
    })
    expect([told.some((text) => text.endsWith('in a')), told.some((text) => text.endsWith('in b'))]).toEqual([
      true,
      true,
    ])
    expect([vectors, computed]).toEqual([ten, 10])
  })

  it('are computed again alone where memory did not suffice beside others; others failed', async () => {
    let running = 0
    const { vectors, problems, computed } = await run(async (at) => {
      running++
      await nextTurn()
      const full = running > 1
      await nextTurn()
      running--
      if (full) return failure('OUT_OF_MEMORY')
      return at === 3 ? failure('INFERENCE_FAILED') : vectorOf(at)
    })
    expect(vectors).toEqual(ten.filter(([at]) => at !== 3))
    expect([problems, computed]).toEqual([[[3, 'INFERENCE_FAILED']], 9])
  })

  it('begin with one alone after a death of the engine, which is given up after several', async () => {
    const { told, vectors } = await run(vectorOf, { crashes: 1 })
    expect(told.slice(0, 2)).toEqual(['begin 0 in a', 'end 0'])
    expect(vectors).toEqual(ten)
    const given = await run(vectorOf, { crashes: 3 })
    expect(given.problems).toEqual([[0, 'ENGINE_DOWN']])
    expect(given.vectors).toEqual(ten.slice(1))
  })
})
