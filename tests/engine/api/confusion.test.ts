import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Confusion, ImageFilter } from '#shared/contract/index.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'

let engine: Engine
let folder = ''
let datasetId = 0
let modelIds: number[] = []

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  datasetId = await addDataset(engine.client, sampleImages(folder, 8))
  modelIds = []
  for (const name of ['replk31', 'replk3'])
    modelIds.push((await engine.client.models.add({ path: sampleModel(name) })).id)
  await runStudy(engine.client, {
    kind: 'random-patch-drop',
    modelIds,
    datasetId,
    params: { percents: [0, 90], repeats: 1 },
  })
})
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const imagesOf = async (filter: ImageFilter) =>
  (await engine.client.datasets.images({ datasetId, filter, limit: 1000 })).rows
const modelOf = (place: number) => modelIds[place] ?? 0
const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0)

describe('the confusion of a model on a dataset', () => {
  let conditionId = 0
  let confusion: Confusion
  const shownFact = () => ({ modelId: modelOf(1), conditionId })

  beforeAll(async () => {
    const conditions = await engine.client.datasets.conditions({ datasetId })
    // Most patches are dropped, so that there are mistakes.
    conditionId = conditions.find(({ modelIds: measured }) => measured.includes(modelOf(1)))?.conditionId ?? 0
    confusion = await engine.client.datasets.confusion({
      datasetId,
      filter: {},
      shownFact: shownFact(),
      pairs: 1000,
      matrix: 200,
    })
  })

  it('counts every image once, with equal totals in classes, mistakes and matrix', () => {
    expect(confusion.n).toBe(128)
    expect(confusion.correct).toBeLessThan(confusion.n)
    expect(sum(confusion.classes.map(({ n }) => n))).toBe(128)
    expect(sum(confusion.classes.map(({ correct }) => correct))).toBe(confusion.correct)
    expect(sum(confusion.pairs.map(({ n }) => n))).toBe(confusion.n - confusion.correct)
    expect(sum(confusion.matrix?.counts ?? [])).toBe(128)
    const { order = [], counts = [] } = confusion.matrix ?? {}
    expect(sum(order.map((_, at) => counts[at * (order.length + 1) + at] ?? 0))).toBe(confusion.correct)
  })

  it('has filters that find exactly the images of a mistake and of a class', async () => {
    for (const { truth, predicted, truthName, n } of confusion.pairs.slice(0, 8)) {
      const rows = await imagesOf({ classes: [truth], predicted: [{ ...shownFact(), classes: [predicted] }] })
      expect(rows).toHaveLength(n)
      expect(new Set(rows.map(({ className }) => className))).toEqual(new Set([truthName]))
    }
    for (const { index, n, correct, predicted, output, precision } of confusion.classes) {
      expect(await imagesOf({ classes: [index] })).toHaveLength(n)
      const right: ImageFilter = { classes: [index], outcomes: [{ ...shownFact(), outcome: 'correct' }] }
      expect(await imagesOf(right)).toHaveLength(correct)
      const taken = await imagesOf({ predicted: [{ ...shownFact(), classes: [output ?? -1] }] })
      expect(taken).toHaveLength(predicted)
      expect(precision).toEqual(predicted === 0 ? null : correct / predicted)
    }
  })

  it('counts only the images that pass a filter', async () => {
    const [first] = confusion.classes
    const filter: ImageFilter = { classes: [first?.index ?? 0] }
    const one = await engine.client.datasets.confusion({
      datasetId,
      filter,
      shownFact: shownFact(),
      pairs: 10,
      matrix: 0,
    })
    expect(one.classes).toEqual([
      { ...first, predicted: one.classes[0]?.predicted, precision: one.classes[0]?.precision },
    ])
    expect(one.matrix).toBeNull()
  })

  it('keeps the most confused classes where not all fit, and counts the others in a last column', async () => {
    const small = await engine.client.datasets.confusion({
      datasetId,
      filter: {},
      shownFact: shownFact(),
      pairs: 10,
      matrix: 3,
    })
    const { order = [], counts = [] } = small.matrix ?? {}
    expect(order).toHaveLength(3)
    const kept = confusion.classes.filter(({ index }) => order.includes(index))
    for (const [row, { n }] of kept.entries()) expect(sum(counts.slice(row * 4, row * 4 + 4))).toBe(n)
  })
})

describe('“A right, B wrong”', () => {
  it('finds as many images as the paired test of the study counts', async () => {
    const studies = await engine.client.studies.list()
    const { tests } = await engine.client.studies.result({ id: studies[0]?.id ?? 0 })
    const outcomes = (first: number, second: number): ImageFilter => ({
      outcomes: [
        { modelId: modelOf(first), outcome: 'correct' },
        { modelId: modelOf(second), outcome: 'wrong' },
      ],
    })
    const [a, b] = [await imagesOf(outcomes(0, 1)), await imagesOf(outcomes(1, 0))]
    const clean = tests.find(({ a: one, b: two }) => one === modelOf(0) && two === modelOf(1))
    expect([a.length, b.length]).toEqual([clean?.onlyA, clean?.onlyB])
  })
})
