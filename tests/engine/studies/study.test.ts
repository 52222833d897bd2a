import Database from 'better-sqlite3'
import { readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { z } from 'zod'
import { parseDraws } from '#shared/transforms/index.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { bundleOf, verify } from '../bundles/forge.ts'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel, drawsOf } from './sample.ts'
import { factRows } from '../../factRows.ts'

interface Setting {
  engine: Engine
  folder: string
  images: string
  datasetId: number
  modelIds: number[]
}

async function setUp(perClass: number, options: Parameters<typeof createEngine>[0] = {}): Promise<Setting> {
  const folder = temporaryFolder()
  const engine = await createEngine(options)
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const images = sampleImages(folder, perClass)
  const datasetId = await addDataset(engine.client, images)
  const modelIds: number[] = []
  for (const name of ['replk31', 'replk3'])
    modelIds.push((await engine.client.models.add({ path: sampleModel(name) })).id)
  return { engine, folder, images, datasetId, modelIds }
}

/** Every fact of a workspace in a form that does not depend on row ids or times. */
function facts(workspace: string): unknown[] {
  const db = new Database(join(workspace, 'workspace.sqlite'), { readonly: true })
  try {
    return factRows(db)
      .prepare(
        `SELECT v.model_digest, c.transform, hex(s.digest) AS image, s.class, p.predicted, p.correct, p.true_rank, p.confidence,
           p.true_probability, p.true_logit, p.top
         FROM fact p JOIN variant v ON v.id = p.variant_id JOIN condition c ON c.id = p.condition_id JOIN example s ON s.id = p.example_id
         ORDER BY 1, 2, 3`,
      )
      .all()
  } finally {
    db.close()
  }
}

const small = { percents: [0, 50], repeats: 2, seed: 7 }

describe('clean accuracy', () => {
  it('agrees with what PyTorch and ONNX Runtime in Python measured on the whole suite', async () => {
    const { engine, datasetId, modelIds } = await setUp(1000)
    const { id } = await runStudy(engine.client, { kind: 'clean-accuracy', modelIds, datasetId })
    const { conditions, complete } = await engine.client.studies.result({ id })
    expect(complete).toBe(true)
    const card = z.object({ measured: z.object({ n: z.number(), top1: z.number() }) })
    for (const [place, name] of ['replk31', 'replk3'].entries()) {
      const { measured } = card.parse(
        JSON.parse(readFileSync(sampleModel(name).replace('.onnx', '.json'), 'utf8')),
      )
      expect(conditions[place]?.n).toBe(measured.n)
      expect(conditions[place]?.top1).toBeCloseTo(measured.top1, 4)
    }
  })

  it('adds up: cells, classes, confusions and rows count the same images', async () => {
    const { engine, datasetId, modelIds } = await setUp(3)
    const { id } = await runStudy(engine.client, { kind: 'clean-accuracy', modelIds, datasetId })
    const { conditions, tables, figures, tests } = await engine.client.studies.result({ id })
    const [cell] = conditions
    if (!cell) throw new Error('no cell')
    expect(cell.n).toBe(48)
    const { rows } = await engine.client.studies.rows({ id, modelId: cell.modelId, key: cell.key })
    expect(rows).toHaveLength(48)
    expect(rows.filter(({ correct }) => correct)).toHaveLength(cell.correct)
    expect(rows.filter(({ trueRank }) => trueRank <= 5)).toHaveLength(cell.correct5)
    const perClass = tables.find((table) => table.id === 'per-class')
    const right = perClass?.rows.reduce(
      (total, row) => total + Number(row[`m${cell.modelId}`]) * Number(row['n']),
      0,
    )
    expect(right).toBeCloseTo(cell.correct, 9)
    const confusion = figures.find((figure) => figure.id === `confusion-${cell.modelId}`)?.cells
    const diagonal = confusion?.rows.map(
      (_, i) => Number(confusion.values[i * confusion.rows.length + i] ?? 0) * 3,
    )
    expect(diagonal?.reduce((a, b) => a + b, 0)).toBeCloseTo(cell.correct, 9)
    const [a, b] = conditions
    expect((tests[0]?.onlyA ?? 0) - (tests[0]?.onlyB ?? 0)).toBe((a?.correct ?? 0) - (b?.correct ?? 0))
  })
})

describe('random patch drop', () => {
  it('equals clean accuracy at ratio 0, and computes nothing for it after a clean study', async () => {
    const { engine, datasetId, modelIds } = await setUp(2)
    const clean = await runStudy(engine.client, { kind: 'clean-accuracy', modelIds, datasetId })
    const drop = await runStudy(engine.client, {
      kind: 'random-patch-drop',
      modelIds,
      datasetId,
      params: { percents: [0], repeats: 5 },
    })
    expect(drop.job?.progress).toMatchObject({ done: 64, cacheHits: 64 })
    const [a, b] = await Promise.all([clean, drop].map(({ id }) => engine.client.studies.result({ id })))
    expect(b?.conditions.map(({ correct }) => correct)).toEqual(a?.conditions.map(({ correct }) => correct))
    // The number that stands for the study in the list, of both models.
    const summary = await engine.client.studies.summary({ id: clean.id })
    expect([summary?.complete, summary?.answers]).toEqual([true, a?.answers])
    const number = summary?.keyNumber
    expect(number).toMatchObject({ unit: 'fraction', better: 'higher' })
    expect(number?.values).toEqual(
      a?.conditions.map(({ modelId, correct, n }) => ({
        modelId,
        value: correct / n,
        n,
        interpolated: false,
      })),
    )
  })

  it('gives the same facts whatever the batch size', async () => {
    const one = await setUp(2, { overrides: { batch: 3 } })
    const other = await setUp(2, { overrides: { batch: 32 } })
    for (const { engine, datasetId, modelIds } of [one, other]) {
      await runStudy(engine.client, { kind: 'random-patch-drop', modelIds, datasetId, params: small })
      await engine.client.workspace.close()
    }
    const [a, b] = [one, other].map(({ folder }) => facts(join(folder, 'workspace')))
    expect(a).toHaveLength(2 * 32 * 3)
    const decisions = (rows: unknown[] | undefined) =>
      rows
        ?.map((row) =>
          z
            .looseObject({
              transform: z.string(),
              image: z.string(),
              predicted: z.number(),
              true_rank: z.number(),
            })
            .parse(row),
        )
        .map(({ transform, image, predicted, true_rank }) => [transform, image, predicted, true_rank])
    expect(decisions(a)).toEqual(decisions(b))
  })

  it('computes nothing twice: the same study again comes from the cache', async () => {
    const { engine, datasetId, modelIds } = await setUp(2)
    await runStudy(engine.client, { kind: 'random-patch-drop', modelIds, datasetId, params: small })
    const again = await runStudy(engine.client, {
      kind: 'random-patch-drop',
      modelIds,
      datasetId,
      params: small,
    })
    expect(again.job?.progress).toMatchObject({ done: 192, cacheHits: 192, failed: 0 })
    const cost = await engine.client.studies.cost({
      kind: 'random-patch-drop',
      modelIds,
      datasetId,
      params: { ...small, repeats: 3 },
    })
    expect(cost).toMatchObject({ answers: 256, cached: 192, images: 32, conditions: 4, warnings: [] })
  })

  it('exports its draws, and replaying them drops the same patches', async () => {
    const { engine, folder, datasetId, modelIds } = await setUp(2)
    const first = await runStudy(engine.client, {
      kind: 'random-patch-drop',
      modelIds,
      datasetId,
      params: small,
    })
    const json = await drawsOf(engine.client, first.id)
    const draws = parseDraws(json)
    expect(Object.keys(draws.entries).sort()).toEqual(['50/0', '50/1'])
    expect(Object.keys(draws.entries['50/0'] ?? {})).toHaveLength(32)
    const path = join(folder, 'draws.json')
    writeFileSync(path, json)
    const { digest } = await engine.client.studies.importDraws({ path })
    const second = await runStudy(engine.client, {
      kind: 'random-patch-drop',
      modelIds,
      datasetId,
      params: { ...small, seed: 99, draws: digest },
    })
    expect(second.job?.progress.cacheHits).toBe(64)
    const [a, b] = await Promise.all([first, second].map(({ id }) => engine.client.studies.result({ id })))
    expect(b?.conditions.map(({ correct, correct5 }) => [correct, correct5])).toEqual(
      a?.conditions.map(({ correct, correct5 }) => [correct, correct5]),
    )
  })

  it('shares one mask among 256 images in the published form, one condition per group', async () => {
    const { engine, datasetId, modelIds } = await setUp(20)
    const { id } = await runStudy(engine.client, {
      kind: 'random-patch-drop',
      modelIds: modelIds.slice(0, 1),
      datasetId,
      params: { percents: [0, 50], repeats: 1, mask: 'batch' },
    })
    const { conditions } = await engine.client.studies.result({ id })
    expect(conditions.map(({ n, conditionIds }) => [n, new Set(conditionIds).size])).toEqual([
      [320, 1],
      [320, 2],
    ])
    const { entries } = parseDraws(await drawsOf(engine.client, id))
    expect(Object.keys(entries['50/0'] ?? {})).toEqual(['group:0', 'group:1'])
  })

  it('lists the images whose correctness changes', async () => {
    const { engine, datasetId, modelIds } = await setUp(4)
    const { id } = await runStudy(engine.client, {
      kind: 'random-patch-drop',
      modelIds,
      datasetId,
      params: { percents: [0, 90], repeats: 1 },
    })
    const [modelId] = modelIds
    const { conditions } = await engine.client.studies.result({ id })
    const cells = conditions.filter((cell) => cell.modelId === modelId)
    const key = 'percent=90,repeat=0'
    const ask = (direction: 'lost' | 'gained') =>
      engine.client.studies.flips({ id, modelId: modelId ?? 0, key, direction, limit: 5 })
    const [lost, gained] = [await ask('lost'), await ask('gained')]
    expect(lost.total - gained.total).toBe((cells[0]?.correct ?? 0) - (cells[1]?.correct ?? 0))
    expect(lost.total).toBeGreaterThan(5)
    expect(lost.rows).toHaveLength(5)
    const rest = await engine.client.studies.flips({
      id,
      modelId: modelId ?? 0,
      key,
      after: lost.next,
      limit: 1000,
    })
    expect(rest.rows).toHaveLength(lost.total - 5)
  })

  it('records an image that has changed since it was indexed as failed and measures the others', async () => {
    const { engine, images, datasetId, modelIds } = await setUp(2)
    const { rows } = await engine.client.datasets.images({ datasetId })
    const [first, second] = rows.map(({ name }) => join(images, name))
    truncateSync(first ?? '', 60)
    rmSync(second ?? '')
    const input = { kind: 'random-patch-drop', modelIds: modelIds.slice(0, 1), datasetId, params: small }
    const study = await runStudy(engine.client, input)
    expect(study.job?.progress.failed).toBe(2 * 3)
    const { conditions, state } = await engine.client.studies.result({ id: study.id })
    expect(conditions.every(({ n, failed }) => n === 30 && failed === 2)).toBe(true)
    expect(state).toBe('failures')
  })

  it('stops at a pause with everything stored and continues from there', async () => {
    const { engine, datasetId, modelIds } = await setUp(4, { overrides: { batch: 4 } })
    const params = { percents: [0, 40, 80], repeats: 2 }
    const study = await engine.client.studies.run({ kind: 'random-patch-drop', modelIds, datasetId, params })
    const jobId = study.job?.id ?? 0
    for await (const job of await engine.client.jobs.watch()) {
      if (job.id !== jobId) continue
      if (job.state === 'running' && job.progress.done > 20)
        await engine.client.jobs.pause({ id: jobId }).catch(() => undefined)
      if (job.state === 'paused' || job.state === 'done') break
    }
    const paused = await engine.client.jobs.get({ id: jobId })
    expect(paused.state).toBe('paused')
    const before = (await engine.client.workspace.info())?.predictions ?? 0
    expect(before).toBeGreaterThan(0)
    await engine.client.jobs.resume({ id: jobId })
    const done = await jobEnd(engine.client, jobId)
    expect(done.progress).toMatchObject({ done: 2 * 64 * 5, cacheHits: before })
  })

  it('refuses invalid parameters and unknown labels, and names them', async () => {
    const { engine, folder, datasetId, modelIds } = await setUp(1)
    const run = (params: Record<string, unknown>) =>
      engine.client.studies.run({ kind: 'random-patch-drop', modelIds, datasetId, params })
    await expect(run({ percents: [0, 120] })).rejects.toMatchObject({
      code: 'STUDY_PARAMS',
      message: expect.stringContaining('percents.1'),
    })
    await expect(run({ ratio: 3 })).rejects.toMatchObject({
      code: 'STUDY_PARAMS',
      message: expect.stringContaining('ratio'),
    })
    await expect(engine.client.studies.run({ kind: 'nope', modelIds, datasetId })).rejects.toMatchObject({
      code: 'STUDY_UNKNOWN',
    })
    const labels = join(folder, 'labels.txt')
    writeFileSync(labels, Array.from({ length: 16 }, (_, k) => `other ${k}`).join('\n'))
    await engine.client.models.update({ id: modelIds[0] ?? 0, labels })
    for (const kind of ['clean-accuracy', 'least-epsilon']) {
      const study = await engine.client.studies.run({ kind, modelIds: modelIds.slice(0, 1), datasetId })
      expect(await jobEnd(engine.client, study.job?.id ?? 0)).toMatchObject({
        state: 'failed',
        problem: { code: 'STUDY_LABELS' },
      })
    }
  })

  it('draws a class-balanced sample by seed', async () => {
    const { engine, datasetId, modelIds } = await setUp(5)
    const run = (seed: number) =>
      runStudy(engine.client, {
        kind: 'clean-accuracy',
        modelIds: modelIds.slice(0, 1),
        datasetId,
        sample: { perClass: 2, seed },
      })
    const names = async (id: number) =>
      (await engine.client.studies.rows({ id, modelId: modelIds[0] ?? 0, key: 'clean' })).rows.map(
        ({ image }) => image,
      )
    const [a, b, c] = [await run(1), await run(1), await run(2)]
    expect(await names(a.id)).toHaveLength(32)
    expect(await names(b.id)).toEqual(await names(a.id))
    expect(await names(c.id)).not.toEqual(await names(a.id))
  })

  it('draws so many images in all, balanced over classes', async () => {
    const { engine, folder, datasetId, modelIds } = await setUp(3)
    const input = {
      ...{ kind: 'clean-accuracy', modelIds: modelIds.slice(0, 1), datasetId },
      sample: { images: 20, seed: 1 },
    }
    const cost = await engine.client.studies.cost(input)
    expect(cost).toMatchObject({ images: 20, answers: 20 })
    const { id } = await runStudy(engine.client, input)
    const { rows } = await engine.client.studies.rows({ id, modelId: modelIds[0] ?? 0, key: 'clean' })
    const classes = [...Map.groupBy(rows, ({ image }) => image.split('/')[0]).values()]
    expect(classes.map(({ length }) => length).sort()).toEqual([...Array(12).fill(1), ...Array(4).fill(2)])
    const bundle = await bundleOf(engine, id, join(folder, 'twenty.zip'))
    expect(await verify(engine, bundle)).toMatchObject({ verdict: 'agrees' })
  })
})
