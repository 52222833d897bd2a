import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Job } from '#shared/contract/index.ts'
import { runStudy as runStudyHere } from '#engine/studies/run/study.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'
import { freshWorkspace } from './workspace.ts'
import { changeFacts, factRows } from '../../factRows.ts'

/** A workspace with one image of `cat`, two of every other sample class, and one model. */
async function setUp() {
  const { folder, engine, client } = await freshWorkspace()
  const images = sampleImages(folder, 2)
  rmSync(join(images, 'cat'), { recursive: true })
  sampleImages(folder, 1)
  const datasetId = await addDataset(client, images)
  const { id: modelId } = await client.models.add({ path: sampleModel('replk3') })
  await client.system.updateSettings({ batch: 4 })
  return { engine, client, datasetId, modelIds: [modelId] }
}

it.each([
  ['one graph', { kind: 'random-patch-drop', params: { percents: [50], repeats: 2, seed: 5 } }],
  ['feeds that differ by condition', { kind: 'lesion', params: {} }],
])('a stopped run is balanced over classes and conditions, and goes on: %s', async (_, chosen) => {
  const { engine, client, datasetId, modelIds } = await setUp()
  const { id, job } = await runStudy(client, { ...chosen, modelIds, datasetId })
  const { workspace } = engine.session.open()
  const { db } = workspace
  const facts = () =>
    factRows(db)
      .prepare(
        'SELECT condition_id, variant_id, example_id, predicted, confidence FROM fact ORDER BY 1, 2, 3',
      )
      .all()
  const whole = facts()
  changeFacts(db, 'DELETE FROM fact')

  const { pool, log } = engine.session
  const room = { workspace, pool, log, settings: engine.session.settings() }
  const runUntil = async (calls: number): Promise<void> => {
    const stop = new AbortController()
    await runStudyHere(room, id, {
      ...{ job: job as Job, signal: stop.signal, crashes: 0, report: () => undefined },
      enterNative: () => void (--calls === 0 && stop.abort()),
    })
  }
  const available = new Map(
    db
      .prepare<[number], [number, number]>(
        'SELECT class_idx, count(*) FROM image WHERE dataset_id = ? GROUP BY class_idx',
      )
      .raw()
      .all(datasetId),
  )
  const stoppedAt: number[] = []
  for (const calls of [3, 2, 6]) {
    await runUntil(calls)
    const counts = factRows(db)
      .prepare<[number], { cell: string; class: number; n: number }>(
        `SELECT p.condition_id || '/' || p.variant_id AS cell, i.class_idx AS class, count(*) AS n
         FROM fact p JOIN image i ON i.example_id = p.example_id AND i.dataset_id = ? GROUP BY 1, 2`,
      )
      .all(datasetId)
    for (const cell of Map.groupBy(counts, (row) => row.cell).values()) {
      const of = new Map(cell.map((row) => [row.class, row.n]))
      const most = Math.max(...of.values())
      for (const [one, has] of available)
        expect(of.get(one) ?? 0).toBeGreaterThanOrEqual(Math.min(most - 1, has))
    }
    stoppedAt.push(facts().length)
  }
  expect(stoppedAt[0]).toBeGreaterThan(0)
  expect(stoppedAt[0]).toBeLessThan(stoppedAt[1] ?? 0)
  expect(stoppedAt[2]).toBeLessThan(whole.length)

  await runUntil(Infinity)
  expect(facts()).toEqual(whole)
})

it('models of a small study grow together, without being asked to stop early', async () => {
  const { folder, engine, client } = await freshWorkspace()
  const datasetId = await addDataset(client, sampleImages(folder, 5))
  const modelIds: number[] = []
  for (const name of ['replk3', 'resnet'])
    modelIds.push((await client.models.add({ path: sampleModel(name) })).id)
  await client.system.updateSettings({ batch: 16 })
  const input = { kind: 'clean-accuracy', params: {}, modelIds, datasetId }
  const { id, job } = await runStudy(client, input)
  const { workspace } = engine.session.open()
  const { pool, log } = engine.session
  changeFacts(workspace.db, 'DELETE FROM fact')
  const stop = new AbortController()
  let calls = 0
  await runStudyHere({ workspace, pool, log, settings: engine.session.settings() }, id, {
    ...{ job: job as Job, signal: stop.signal, crashes: 0, report: () => undefined },
    enterNative: () => void (++calls === 5 && stop.abort()),
  })
  // Of 80 images, five calls are all of the first model, or 32 of each and the beginning of the next stretch.
  const counts = (await client.studies.result({ id })).conditions.map(({ n }) => n)
  expect(Math.min(...counts)).toBe(32)
  expect(Math.max(...counts)).toBeLessThan(80)
})
