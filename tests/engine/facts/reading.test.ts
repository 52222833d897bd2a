import { expect, it } from 'vitest'
import { insertStudy, settledStudy } from '#engine/studies/index.ts'
import type { Db } from '#engine/workspace/index.ts'
import { runStudy } from '../studies/sample.ts'
import { sampleWorkspace } from '../studies/workspace.ts'

/** Returns the number of rows written since the database was opened, and the numbers of rows in the tables of facts. */
const written = (db: Db) =>
  db
    .prepare(
      `SELECT total_changes() AS changes, (SELECT count(*) FROM condition) AS conditions,
         (SELECT count(*) FROM variant) AS variants, (SELECT count(*) FROM prediction) AS predictions`,
    )
    .get()

/** Stores a study that was never run, with masks that groups of images share. */
async function unmeasuredStudy() {
  const sample = await sampleWorkspace('replk3', 'vit')
  const { engine, datasetId, modelIds } = sample
  const { db } = engine.session.open().workspace
  const params = { percents: [0, 50], repeats: 1, mask: 'batch' }
  const input = { kind: 'random-patch-drop', title: 'Never run', params, modelIds, datasetId, sample: null }
  const study = insertStudy(db, await settledStudy(db, input))
  return {
    ...sample,
    db,
    study,
    input,
    imageId: Number(db.prepare('SELECT min(id) FROM image').pluck().get()),
  }
}

it('reading a study that was never run writes nothing and counts nothing as measured', async () => {
  const { client, db, study, input, imageId, datasetId, modelIds } = await unmeasuredStudy()
  const before = written(db)
  expect(before).toMatchObject({ conditions: 0, variants: 0 })
  const { id } = await client.studies.get({ id: study.id })
  const result = await client.studies.result({ id })
  expect(result.complete).toBe(false)
  expect(result.conditions).toHaveLength(4)
  for (const { n, conditionIds } of result.conditions) expect([n, conditionIds]).toEqual([0, []])
  const cost = await client.studies.cost(input)
  expect([cost.answers, cost.cached]).toEqual([4 * cost.images, 0])
  const cell = { id, modelId: modelIds[0] ?? 0, key: result.conditions[1]?.key ?? '' }
  expect(await client.studies.rows(cell)).toEqual({ rows: [], next: null })
  for (const direction of ['lost', 'mistakes', 'mostConfident'] as const)
    expect(await client.studies.flips({ ...cell, direction })).toMatchObject({ rows: [], total: 0 })
  expect(await client.studies.image({ id, imageId })).toMatchObject({
    axis: 'Dropped (%)',
    rows: [],
  })
  expect(await client.studies.images({ id })).toMatchObject({ rows: [], total: 0 })
  expect(await client.studies.find(input)).toMatchObject({ id })
  await client.studies.ranking({})
  expect(await client.datasets.conditions({ datasetId })).toEqual([])
  expect(await client.datasets.changedModels({ datasetId })).toEqual([])
  expect((await client.datasets.image({ id: imageId })).predictions).toEqual([])
  expect(
    await client.datasets.count({
      datasetId,
      filter: { outcomes: [{ modelId: cell.modelId, outcome: 'wrong' }] },
    }),
  ).toEqual({ images: 0 })
  expect(written(db)).toEqual(before)
})

it('running a study stores its conditions, and reading it a second time writes nothing', async () => {
  const { client, db, study, input, imageId } = await unmeasuredStudy()
  const { id } = await runStudy(client, input)
  const { conditions } = await client.studies.result({ id })
  expect(conditions.map(({ n, conditionIds }) => [n, conditionIds.length])).toEqual(Array(4).fill([16, 1]))
  await client.studies.images({ id })
  const before = written(db)
  for (const one of [id, study.id]) await client.studies.result({ id: one })
  const cost = await client.studies.cost(input)
  expect(cost.cached).toBe(cost.answers)
  expect((await client.studies.image({ id, imageId })).rows).toHaveLength(4)
  await client.studies.images({ id })
  expect(written(db)).toEqual(before)
})
