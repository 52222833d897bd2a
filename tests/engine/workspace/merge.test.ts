import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import type { MergePart, MergeReport } from '#shared/contract/index.ts'
import { composition as schema, emptyComposition, newPanel } from '#shared/figures/compose/index.ts'
import { verifyDatabase } from '#engine/workspace/keeping/verify.ts'
import { addFunctions } from '#engine/workspace/functions.ts'
import { temporaryFolder, temporaryFolderOfFile } from '../../temporary.ts'
import { engine, resultOf, workspaceFolder } from './restored.ts'

type Engine = Awaited<ReturnType<typeof engine>>

const merge = ({ client }: Engine, from: string): Promise<MergeReport> =>
  resultOf(client.workspace.merge({ from }))

const part = ({ parts }: MergeReport, name: MergePart['name']) => {
  const found = parts.find((one) => one.name === name)
  if (!found) throw new Error(`no ${name}`)
  return found
}

/** What a database says, without what is counted, timed or numbered by merging. */
function contentOf(path: string): Record<string, number> {
  const db = new Database(join(path, 'workspace.sqlite'), { readonly: true })
  try {
    const names = db
      .prepare<[], string>(
        `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'`,
      )
      .pluck()
      .all()
      .filter((name) => !/_version$|_sum$/.test(name))
    return Object.fromEntries(
      names.map((name) => [name, Number(db.prepare(`SELECT count(*) FROM "${name}"`).pluck().get())]),
    )
  } finally {
    db.close()
  }
}

const shared = temporaryFolderOfFile()
let first: ReturnType<typeof furnish> | null = null
/** A copy of the same furnished workspace. */
async function furnished(): ReturnType<typeof furnish> {
  const { from, result } = await (first ??= furnish())
  const copy = join(temporaryFolder(), 'workspace')
  cpSync(from, copy, { recursive: true })
  return { from: copy, result }
}

/** The golden with a note, a subset by a model and a condition, a style and a figure of a study. */
async function furnish(): Promise<{ from: string; result: unknown }> {
  const from = join(shared, 'workspace')
  cpSync(workspaceFolder(), from, { recursive: true })
  const { client, close } = await engine()
  await client.workspace.open({ path: from })
  const [subset] = await client.subsets.list({})
  const conditions = await client.datasets.conditions({ datasetId: 1 })
  const models = await client.models.list()
  await client.subsets.create({
    datasetId: 1,
    name: 'missed',
    selection: {
      filter: {
        ...(subset ? { subsetId: subset.id } : {}),
        outcomes: [
          {
            modelId: models[0]?.id ?? 0,
            conditionId: conditions.at(-1)?.conditionId,
            outcome: 'wrong',
          },
        ],
      },
      ids: [],
    },
  })
  await client.subsets.create({ datasetId: 1, name: 'three', selection: { filter: null, ids: [3, 1, 2] } })
  await client.annotations.note({ imageId: 1, text: 'of the other' })
  const figure = emptyComposition('Both')
  await client.compositions.saveStyle({ name: 'paper', style: { ...figure.style, fontSize: 9 } })
  await client.compositions.create({
    composition: schema.parse({
      ...figure,
      styleName: 'paper',
      style: { ...figure.style, fontSize: 9 },
      panels: [
        { ...newPanel('a', { kind: 'study', study: 2, figure: 'accuracy' }), chosen: '1', hidden: ['2'] },
      ],
    }),
  })
  writeFileSync(join(from, 'draws', 'aa.json'), 'masks')
  const { conditions: cells } = await client.studies.result({ id: 2 })
  await close()
  return { from, result: cells.map(withoutIds) }
}

const withoutIds = ({ modelId: _, conditionIds: __, ...cell }: { modelId: number; conditionIds: unknown }) =>
  cell

/** An own workspace in which everything has other ids than in the golden. */
async function own(): Promise<Engine & { path: string }> {
  const started = await engine()
  const path = join(temporaryFolder(), 'own')
  await started.client.workspace.create({ path })
  started.session.db
    .exec(`INSERT INTO example (id, digest, class) VALUES (901, x'00', 'own'), (902, x'01', 'own');
    INSERT INTO condition (id, transform) VALUES (70, 'own');
    INSERT INTO dataset (id, title, path, layout, recognised, state, added_at) VALUES (40, 'own', '/nowhere', 'folders', 'folders', 'ready', 0);
    INSERT INTO image (id, dataset_id, name, bytes, mtime, generation) VALUES (500, 40, 'a', 1, 1, 0);
    INSERT INTO study (id, kind, title, params, created_at) VALUES (30, 'kernel-attention', 'own', '{}', 0);`)
  return { ...started, path }
}

it('brings all that a workspace holds under other ids, with the same results, and nothing comes twice', async () => {
  const { from, result } = await furnished()
  const there = contentOf(from)
  const into = await own()
  const { client, path } = into
  const plan = await client.workspace.planMerge({ from })
  expect((await client.workspace.info())?.models).toBe(0)
  const added = await merge(into, from)
  const leftOut = added.parts.flatMap(({ remarks }) => remarks.filter((remark) => remark.leftOut))
  expect(leftOut).toEqual([])
  for (const { name, added: count } of plan.parts) expect(part(added, name).added).toBe(count)
  expect(part(added, 'predictions').added).toBe(plan.predictions)
  expect(part(added, 'measurements').added).toBe(plan.measurements)
  expect(plan.measurements).toBeGreaterThan(0)
  expect(Object.fromEntries(added.parts.map((one) => [one.name, one.added]))).toMatchObject({
    models: 2,
    datasets: 1,
    studies: there['study'],
    figures: 1,
    styles: 1,
    subsets: 3,
    notes: 1,
    masks: 1,
  })
  // Its folder is on no machine.
  expect(part(added, 'datasets').remarks).toMatchObject([{ leftOut: false }])

  const studies = await client.studies.list()
  const drop = studies.find(({ kind }) => kind === 'random-patch-drop')
  expect(drop?.job?.state).toBe('done')
  const { conditions, complete } = await client.studies.result({ id: drop?.id ?? 0 })
  expect(complete).toBe(true)
  expect(conditions.map(withoutIds)).toEqual(result)
  const models = await client.models.list()
  const [figure] = await client.compositions.list()
  expect((await client.compositions.get({ id: figure?.id ?? 0 })).composition.panels[0]).toMatchObject({
    source: { study: drop?.id },
    chosen: String(models.find(({ title }) => title.startsWith('RepLK'))?.id),
    hidden: [String(models.find(({ title }) => title.startsWith('ViT'))?.id)],
  })
  const subsets = await client.subsets.list({})
  const rule = subsets.find(({ name }) => name === 'missed')
  const images = await client.datasets.images({
    datasetId: rule?.datasetId ?? 0,
    filter: rule?.selection.filter ?? {},
  })
  expect(images.rows.length).toBeGreaterThan(0)
  expect(subsets.find(({ name }) => name === 'three')?.selection.ids).toEqual([501, 502, 503])

  const before = contentOf(path)
  const again = await merge(into, from)
  expect(again.parts.filter((one) => one.added > 0)).toEqual([])
  expect(contentOf(path)).toEqual(before)
  await client.workspace.close()
  expect(verifyDatabase(join(path, 'workspace.sqlite'))).toEqual([])
  expect(existsSync(join(path, 'draws', 'aa.json'))).toBe(true)
})

it('takes datasets with the same images for one wherever they lie, and keeps both where one image differs', async () => {
  const { from } = await furnished()
  const into = await own()
  await merge(into, from)
  const moved = join(temporaryFolder(), 'moved')
  mkdirSync(moved)
  cpSync(join(from, 'workspace.sqlite'), join(moved, 'workspace.sqlite'))
  const other = await engine()
  await other.client.workspace.open({ path: moved })
  other.session.db.exec(
    `UPDATE dataset SET path = '/elsewhere'; UPDATE image SET name = 'renamed/' || name; UPDATE study SET title = 'called otherwise'`,
  )
  await other.close()
  const same = await merge(into, moved)
  expect(part(same, 'datasets')).toMatchObject({ added: 0, there: 1 })
  expect(part(same, 'studies')).toMatchObject({ added: 0 })

  const again = await engine()
  await again.client.workspace.open({ path: moved })
  again.session.db.exec(
    `INSERT INTO example (digest, class) VALUES (x'abcd', 'x');
     UPDATE image SET example_id = (SELECT max(id) FROM example) WHERE id = (SELECT min(id) FROM image)`,
  )
  again.session.db
    .prepare('UPDATE dataset SET path = ?')
    .run(into.session.db.prepare(`SELECT path FROM dataset WHERE path <> '/nowhere'`).pluck().get())
  await again.close()
  const differing = await merge(into, moved)
  expect(part(differing, 'datasets')).toMatchObject({
    added: 1,
    remarks: [{ title: expect.stringContaining('(moved)') }],
  })
  // Its whole dataset is another one, so its studies are others, too.
  expect(part(differing, 'studies').added).toBeGreaterThan(0)
  expect((await merge(into, moved)).parts.filter((one) => one.added > 0)).toEqual([])
})

it('goes on after it was stopped, and leaves out a fact that is not what was stored', async () => {
  const { from } = await furnished()
  const db = new Database(join(from, 'workspace.sqlite'))
  addFunctions(db)
  const [variant] = db.prepare<[], number>('SELECT variant_id FROM prediction LIMIT 1').pluck().all()
  db.prepare('UPDATE prediction SET packed = zeroblob(length(packed)) WHERE variant_id = ?').run(variant)
  db.close()
  const into = await own()
  for await (const event of await into.client.workspace.merge({ from }))
    if (event.type === 'progress' && event.note === 'Adding facts') break
  expect(await into.client.studies.list()).toHaveLength(1)
  const added = await merge(into, from)
  expect(part(added, 'predictions').remarks).toMatchObject([{ leftOut: true }])
  expect(part(added, 'studies').added).toBeGreaterThan(0)
  await into.client.workspace.close()
  expect(verifyDatabase(join(into.path, 'workspace.sqlite'))).toEqual([])
})

it('refuses itself, and one that is damaged in what is not measured again', async () => {
  const { from } = await furnished()
  const into = await own()
  await expect(merge(into, into.path)).rejects.toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }))
  const db = new Database(join(from, 'workspace.sqlite'))
  db.exec('DROP TRIGGER sum_of_study_update')
  db.exec(`UPDATE study SET title = 'another' WHERE id = 1`)
  db.close()
  await expect(merge(into, from)).rejects.toThrow(expect.objectContaining({ code: 'WORKSPACE_CORRUPT' }))
  expect(await into.client.models.list()).toEqual([])
  expect(readdirSync(into.path)).toContain('workspace.sqlite')
})
