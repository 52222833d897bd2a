import Database from 'better-sqlite3'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { suite } from '../benchmarks/world.ts'
import { addDataset, runStudy, sampleModel } from '../studies/sample.ts'
import { imageChunks } from '#engine/facts/index.ts'
import { imagesInOrder, imagesOf, sqlOf, type ImageSource } from '#engine/facts/images.ts'

/** Two datasets, the second one in parts, and a study with a selection of images. */
async function prepare(folder: string) {
  const engine = await createEngine()
  try {
    const { client } = engine
    await client.workspace.create({ path: join(folder, 'workspace') })
    const plain = await addDataset(client, suite('val', join(folder, 'val'), 2))
    for (const part of ['fog/1', 'fog/2', 'snow/1']) suite('val', join(folder, 'C', part), 2)
    const parts = await addDataset(client, join(folder, 'C'))
    const { id: modelId } = await client.models.add({ path: sampleModel('replk3') })
    const study = await runStudy(client, {
      kind: 'clean-accuracy',
      modelIds: [modelId],
      datasetId: plain,
      sample: { perClass: 1, seed: 7 },
    })
    return { file: join(folder, 'workspace', 'workspace.sqlite'), plain, parts, study: study.id }
  } finally {
    await engine.close()
  }
}

let folder: string
let db: Database.Database
let ids: Awaited<ReturnType<typeof prepare>>
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  ids = await prepare(folder)
  db = new Database(ids.file)
}, 120_000)
afterAll(() => {
  db.close()
  rmSync(folder, { recursive: true, force: true })
})

const sources = (): Record<string, ImageSource> => ({
  'all images': { datasetId: ids.plain, selectedFor: null },
  'images behind another dataset': { datasetId: ids.parts, selectedFor: null },
  'a part': { datasetId: ids.parts, selectedFor: null, part: 'fog/2' },
  'two classes': { datasetId: ids.parts, selectedFor: null, classes: ['cat', 'dog'] },
  'a selection': { datasetId: ids.plain, selectedFor: ids.study },
  'a part that is not there': { datasetId: ids.parts, selectedFor: null, part: 'fog/5' },
})

describe('images read page by page', () => {
  it.each([
    'all images',
    'images behind another dataset',
    'a part',
    'two classes',
    'a selection',
    'a part that is not there',
  ])('%s: equal those of one query, in order of id, without sorting for a page', (name) => {
    const source = sources()[name] as ImageSource
    const images = imagesOf(source)
    const wanted = db
      .prepare(`SELECT i.id FROM ${sqlOf(images)} ORDER BY i.id`)
      .pluck()
      .all(...images.values)
    expect(wanted).toHaveLength(
      {
        'all images': 32,
        'images behind another dataset': 96,
        'a part': 32,
        'two classes': 12,
        'a selection': 16,
      }[name] ?? 0,
    )
    for (const size of [1, 5, 1000])
      expect([...imageChunks(db, source, size)].flat().map(({ id }) => id)).toEqual(wanted)
    const ordered = imagesInOrder(db, source)
    const plan = db
      .prepare<unknown[], { detail: string }>(
        `EXPLAIN QUERY PLAN SELECT i.id FROM ${sqlOf(ordered)} AND ${ordered.id} > ? ORDER BY ${ordered.id} LIMIT 5`,
      )
      .all(...ordered.values, ordered.before)
    expect(plan.map(({ detail }) => detail).join('\n')).not.toContain('TEMP B-TREE')
  })
})
