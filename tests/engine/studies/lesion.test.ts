import { join } from 'node:path'
import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { candidatesOf, lesionConditions } from '#engine/studies/kinds/lesion/conditions.ts'
import { params } from '#engine/studies/kinds/lesion/params.ts'
import { weighLesion } from '#engine/studies/kinds/lesion/cost.ts'
import { sharedForwards } from '#engine/studies/kinds/lesion/work.ts'
import { singleBlockFigure } from '#engine/studies/kinds/lesion/view.ts'
import type { Grid } from '#engine/studies/definition/index.ts'
import { lesionSessions } from '#engine/studies/kinds/lesion/sessions.ts'
import { parseSubsets, serialiseSubsets, type SubsetModels } from '#engine/studies/kinds/lesion/file.ts'
import { getModel, setSessionTime } from '#engine/models/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, runStudy, sampleImages, sampleModel, drawsOf } from './sample.ts'
import { currentVariant, storeConditions } from '#engine/facts/index.ts'
import { bundleOf } from '../bundles/forge.ts'
import { differentBits, storedBits } from './storedBits.ts'
import { changeFacts } from '../../factRows.ts'

async function setUp(perClass: number, overrides = {}) {
  const folder = temporaryFolder()
  const engine = await createEngine({ overrides })
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(engine.client, sampleImages(folder, perClass))
  const modelIds = [(await engine.client.models.add({ path: sampleModel('replk3') })).id]
  const model = getModel(engine.session.open().workspace.db, modelIds[0] ?? 0)
  return { folder, engine, datasetId, modelIds, model }
}

const models = (subsets: number[][]): SubsetModels => [{ title: 'net', digest: 'd', blocks: 5, subsets }]
const file = (subsets: number[][], version = 2) => ({
  format: 'kernelscope-subsets',
  version,
  models: models(subsets),
})

describe('a subsets file', () => {
  it('is read as it was written, with blocks counted from 1', () => {
    const written = models([[0], [1, 4]])
    const value = JSON.parse(serialiseSubsets(written))
    expect(value).toEqual(file([[1], [2, 5]]))
    expect(parseSubsets(value)).toEqual(written)
  })

  it('of version 1 is read with blocks counted from 0', () => {
    expect(parseSubsets(file([[0], [1, 4]], 1))).toEqual(parseSubsets(file([[1], [2, 5]])))
  })

  it.each([
    ['a block beyond the last', file([[1], [6]]), 'models.0.subsets.1: there is no block 6, net has 5'],
    [
      'a block beyond the last, in version 1',
      file([[5]], 1),
      'there is no block 5, net has 5, counted from 0',
    ],
    ['a block 0', file([[0]]), 'models.0.subsets.0.0'],
    ['a block twice', file([[2, 2]]), 'models.0.subsets.0: a block twice'],
    ['an empty subset', file([[]]), 'models.0.subsets.0'],
    ['another version', file([[1]], 3), 'version'],
  ])('is refused with %s', (_, value, message) => {
    expect(() => parseSubsets(value)).toThrow(message)
  })

  it('replays its own study from the cache, and computes another choice of subsets', async () => {
    const { folder, engine, datasetId, modelIds, model } = await setUp(1)
    const { client } = engine
    const lesion = (params: Record<string, unknown>) =>
      runStudy(client, { kind: 'lesion', modelIds, datasetId, params: { singles: false, ...params } })
    const drawn = await lesion({ samples: 2, seed: 3 })
    const json = await drawsOf(client, drawn.id)
    const path = join(folder, 'subsets.json')
    writeFileSync(path, json)
    const { digest } = await client.studies.importDraws({ path })
    const replayed = await lesion({ draws: digest })
    expect(replayed.job?.progress.cacheHits).toBe(replayed.job?.progress.total)
    const cells = async (id: number) =>
      (await client.studies.result({ id })).conditions.map(({ key, params, correct }) => [
        key,
        params,
        correct,
      ])
    expect(await cells(replayed.id)).toEqual(await cells(drawn.id))

    writeFileSync(path, serialiseSubsets(models([[4, 0]])).replace('"d"', JSON.stringify(model.digest)))
    const own = await lesion({ draws: (await client.studies.importDraws({ path })).digest })
    expect((await cells(own.id)).map(([key]) => key)).toEqual(['none', 'n=2,sample=0'])
    // The transform is the same but the facts are not: lists outside the study must not use them.
    const { conditions } = await client.studies.result({ id: own.id })
    expect(conditions.map(({ unchangedModel }) => unchangedModel)).toEqual([true, false])
    expect(conditions[1]?.conditionIds).toEqual(conditions[0]?.conditionIds)
    const [image] = (await client.datasets.images({ datasetId, limit: 1 })).rows
    const { rows } = await client.studies.image({ id: own.id, imageId: image?.id ?? 0 })
    expect(rows.map(({ unchangedModel }) => unchangedModel)).toEqual([true, false])
  })

  it('is refused by name before anything runs where it would remove nothing', async () => {
    const { folder, engine, datasetId } = await setUp(1)
    const { client } = engine
    // Its first block has a projection on its skip path.
    const { id, title } = await client.models.add({ path: sampleModel('resnet') })
    const { blocks } = getModel(engine.session.open().workspace.db, id).inspection
    const fixed = blocks.findIndex(({ removable }) => !removable)
    const replay = async (file: { subsets: number[][]; blocks: number }) => {
      const path = join(folder, 'subsets.json')
      writeFileSync(
        path,
        serialiseSubsets(models(file.subsets).map((one) => ({ ...one, blocks: file.blocks }))),
      )
      const { digest } = await client.studies.importDraws({ path })
      return { kind: 'lesion', modelIds: [id], datasetId, params: { draws: digest, singles: false } }
    }
    const others = await replay({ subsets: [[0]], blocks: blocks.length + 2 })
    const block = await replay({ subsets: [[fixed]], blocks: blocks.length })
    for (const [input, reason] of [
      [others, `invalid draws: the file has no subsets of ${blocks.length} blocks, of ${title}`],
      [block, `invalid draws: block ${fixed + 1} of the file's subsets cannot be removed, of ${title}`],
    ] as const)
      for (const ask of [client.studies.run, client.studies.cost, client.studies.find])
        await expect(ask(input)).rejects.toMatchObject({ data: { code: 'STUDY_PARAMS', message: reason } })
    expect(await client.studies.list()).toEqual([])
  })
})

describe('sizes of subsets', () => {
  it('reach all candidates of a stage, but never all blocks of the model', async () => {
    const { engine, model } = await setUp(1)
    const { db } = engine.session.open().workspace
    const sizes = (candidates: string) =>
      new Set(
        lesionConditions(params.parse({ candidates, singles: false, samples: 1 }), model, db).map((one) =>
          Number(one.params['n']),
        ),
      )
    const stage = candidatesOf(model, params.parse({ candidates: 'largest-stage' })).length
    expect(stage).toBeLessThan(5)
    expect([...sizes('largest-stage')]).toEqual(Array.from({ length: stage + 1 }, (_, n) => n))
    expect([...sizes('all')]).toEqual([0, 1, 2, 3, 4])
  })
})

const time = (secondsToOpen: number, secondsPerImage: number) => ({ secondsToOpen, secondsPerImage })

describe('the choice between gates, cutting out and sharing', () => {
  it('compares the time to open sessions with the time of the removed blocks, in proportion to their work', async () => {
    const { model } = await setUp(1)
    const all = model.inspection.blocks.map(({ index }) => index)
    const times = { gated: time(1, 0.01), shared: null, half: time(2, 0.005) }
    const few = weighLesion(model, [all], 10, times)
    expect(few).toMatchObject({ way: 'gated', gatedSeconds: 1.1, forwards: 1 })
    const many = weighLesion(model, [[0], all], 10000, times)
    expect(many.way).toBe('cut')
    expect(many.gatedSeconds).toBeCloseTo(201)
    expect(many.cutSeconds).toBeLessThan(many.gatedSeconds)
    expect(weighLesion(model, [all], 10000, { ...times, half: time(1, 0.02) }).way).toBe('gated')
    // What is faster does not count where the last digits would be others.
    expect(weighLesion(model, [[0], all], 10000, { ...times, half: null }).way).toBe('gated')
  })

  it('counts shared prefixes once and removed blocks never', async () => {
    const { model: own } = await setUp(1)
    // Ten blocks of one layer each, and nothing else.
    const layers = own.inspection.layers.slice(0, 10).map((layer, index) => ({ ...layer, index, macs: 7 }))
    const [some] = own.inspection.blocks
    const blocks = layers.flatMap(({ index }) =>
      some ? [{ ...some, index, units: [{ add: '', skip: 'identity' as const, layers: [index] }] }] : [],
    )
    const model = { ...own, inspection: { ...own.inspection, layers, blocks } }
    const singles = blocks.map(({ index }) => [index])
    // Nine blocks before the differences, and the nine, eight, … blocks behind each removed one.
    expect(sharedForwards(model, singles)).toBeCloseTo((9 + 45) / 10, 12)
    expect(sharedForwards(model, [[], [0, 1, 2], [0, 1, 3]])).toBeCloseTo((10 + 7 + 7) / 10, 12)
    expect(sharedForwards(model, [[8], [9]])).toBeCloseTo((9 + 1) / 10, 12)
    const times = { gated: time(1, 0.01), shared: time(3, 0.012), half: null }
    const choice = weighLesion(model, singles, 1000, times)
    expect(choice).toMatchObject({ way: 'shared', cutSeconds: null })
    expect(choice.forwards).toBeCloseTo(5.4, 12)
    expect(choice.sharedSeconds).toBeCloseTo(3 + 1000 * 5.4 * 0.012, 9)
    expect(weighLesion(model, singles, 10, times)).toMatchObject({ way: 'gated', forwards: 10 })
  })

  it('opens one session for a subset of one block and for the same single block', async () => {
    const { engine, datasetId, model } = await setUp(1)
    const { db } = engine.session.open().workspace
    const conditions = lesionConditions(params.parse({ samples: 5 }), model, db)
    const source = { datasetId, selectedFor: null }
    const lesions = storeConditions(db, conditions, source, null).filter(
      ({ condition }) => condition.rewrite?.op === 'lesion',
    )
    const one = (blocks: unknown) => lesions.filter(({ condition }) => condition.params['blocks'] === blocks)
    expect(
      one('4')
        .map(({ condition }) => condition.params['kind'])
        .sort(),
    ).toEqual(['single', 'subset'])
    const times = { gated: time(1, 0.01), shared: null, half: time(0, 0.005) }
    const sessions = lesionSessions(model, lesions, 1000, times)
    expect(new Set(sessions.map(({ graph }) => graph.name)).size).toBe(sessions.length)
    expect(sessions.flatMap(({ conditions: own }) => own)).toHaveLength(lesions.length)
    expect(sessions).toHaveLength(lesions.length - 5)
  })

  it('makes no trial for little work, and the facts are the same to the bit in the other ways', async () => {
    const { engine, datasetId, modelIds, model } = await setUp(1)
    const input = { kind: 'lesion', modelIds, datasetId, params: { samples: 1 } }
    const { db } = engine.session.open().workspace
    const study = await runStudy(engine.client, input)
    expect(study.job?.progress.note).toContain('blocks gated (too little to compute for a trial)')
    const told = async () => {
      const bundle = readFileSync(await bundleOf(engine, study.id)).toString('base64')
      return { result: await engine.client.studies.result({ id: study.id }), bundle }
    }
    const untimed = await told()
    const gated = storedBits(engine)
    const lesions = `variant_id IN (SELECT id FROM variant WHERE key LIKE '%"lesion"%')`
    const forget = (which = lesions) => changeFacts(db, `DELETE FROM fact WHERE ${which}`)
    const variantId = currentVariant(db, model)?.id ?? 0
    const again = async () => {
      const { job } = await runStudy(engine.client, input)
      expect(differentBits(gated, storedBits(engine))).toEqual([])
      expect(await told()).toEqual(untimed)
      return job?.progress.note
    }
    setSessionTime(db, variantId, 'gated', time(1, 1))
    setSessionTime(db, variantId, 'segments-differ', time(0, 0))
    setSessionTime(db, variantId, 'half-cut-equal', time(1, 0.1))
    expect(forget()).toBe(16 * 8)
    expect(await again()).toContain('blocks cut out')
    setSessionTime(db, variantId, 'segments-equal', time(0, 0.1))
    const cost = async () => (await engine.client.studies.cost(input)).work[0]?.forwards ?? 0
    expect(await cost()).toBe(0)
    expect(forget()).toBe(16 * 8)
    // Four of the eight conditions remove one block, and one each two, three and four.
    expect(await cost()).toBeLessThan(16 * 5)
    expect(await again()).toContain('shared prefixes computed once')
    // Some facts of some images are missing: the others stay as they are.
    expect(forget(`${lesions} AND (variant_id + example_id) % 3 = 0`)).toBeGreaterThan(16)
    expect(await again()).toContain('shared prefixes computed once')
  })

  it('is timed once where much is to be computed, and shown before the start, in the note and in the log, not in the result', async () => {
    const { engine, datasetId, modelIds } = await setUp(2, { batch: 16 })
    const { client } = engine
    const input = { kind: 'lesion', modelIds, datasetId, params: {} }
    expect((await client.studies.cost(input)).choices[0]).toContain('a trial at the start decides')
    const study = await runStudy(client, input)
    expect(study.job?.progress.note).toMatch(
      /(blocks gated|blocks cut out|shared prefixes computed once) \(estimated [\d.]+ s gated, [\d.]+ s (cut out|shared)\)/,
    )
    expect(
      engine.session.log
        .lines()
        .map(({ text }) => text)
        .join('\n'),
    ).toMatch(
      /timed: gated [\d.]+ ms an image, opened in .* s; in segments, with the same bits, [\d.]+ ms an image/,
    )
    expect(JSON.stringify(await client.studies.result({ id: study.id }))).not.toMatch(/timed|\d m?s\b/)
    const more = { ...input, params: { seed: 1, samples: 3 } }
    expect((await client.studies.cost(more)).choices[0] ?? '').toMatch(
      /blocks (gated|cut out)|shared prefixes|^$/,
    )
  })
})

it('bars of single blocks have the interval of a difference on the same images', async () => {
  const cells = ['none', 'without=2'].map((key, at) => ({
    ...{ key, modelId: 1, n: 40, missing: 0, top1: (at === 0 ? 29 : 22) / 40 },
    params: at === 0 ? { kind: 'whole' } : { kind: 'single', block: 2 },
  }))
  // Only what the figure reads. 20 images are right before and after, 9 only before, 2 only after.
  const grid = {
    models: [{ id: 1, title: 'net' }],
    cells,
    whole: () => true,
    pairs: () => ({ both: 20, first: 9, second: 2, neither: 9 }),
  } as unknown as Grid
  const { series } = await singleBlockFigure(grid, [])
  const [point] = series[0]?.points ?? []
  expect(point).toMatchObject({ x: 1, y: expect.closeTo(-7 / 40, 12), ref: '1|without=2' })
  // By the formulas of the paper, in Python.
  expect([point?.lo, point?.hi]).toEqual([
    expect.closeTo(-0.3239416268514635, 9),
    expect.closeTo(-0.0124146441631803, 9),
  ])
})
