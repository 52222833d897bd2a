import { cpSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism, getPriority } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { niceness } from '#engine/base/background.ts'
import { openSummaries } from '#engine/studies/images/summaries.ts'
import { studyResult } from '#engine/studies/results/result.ts'
import { insertStudy, ownReader, settledStudy, threadReader } from '#engine/studies/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'
import { changeFacts } from '../../factRows.ts'

const cancelled = { code: 'CANCELLED' }

/** A study whose result is read in some hundred steps, and one that was run. */
async function setUp() {
  const sample = await sampleWorkspace('replk3', 'resnet')
  const { engine, client, modelIds, datasetId } = sample
  const { workspace } = engine.session.open()
  const { db } = workspace
  const kind = 'imagenet-c'
  const long = insertStudy(
    db,
    await settledStudy(db, { kind, params: {}, modelIds, datasetId, sample: null }),
  )
  const run = await runStudy(client, { kind: 'clean-accuracy', modelIds, datasetId })
  return { ...sample, db, workspace, long, run }
}

describe('what is asked of stored facts', () => {
  it('is no longer read when nobody waits for it, here and in the thread', async () => {
    const { workspace, long, run } = await setUp()
    const [here, there] = [ownReader(workspace), threadReader(workspace)]
    onTestFinished(() => here.close())
    onTestFinished(() => there.close())
    for (const task of [
      { kind: 'result', id: long.id },
      { kind: 'suite', input: { modelIds: long.modelIds, preset: 'full', sample: null } },
    ] as const) {
      const stop = new AbortController()
      // The own reader refuses only when the work itself has stopped.
      const asked = expect(here.ask(task, stop.signal)).rejects.toMatchObject(cancelled)
      await nextTurn()
      stop.abort()
      await asked
    }
    const stop = new AbortController()
    const asked = expect(there.ask({ kind: 'result', id: long.id }, stop.signal)).rejects.toMatchObject(
      cancelled,
    )
    stop.abort()
    await asked
    // What was cancelled is not kept as an answer.
    const { conditions } = await there.ask({ kind: 'result', id: long.id })
    expect(conditions).toHaveLength(2 * 96)
    expect((await there.ask({ kind: 'result', id: run.id })).complete).toBe(true)
  })

  it('is given again while nothing has changed, and made anew when a fact, a title or a file has', async () => {
    const { workspace, client, db, run, modelIds, datasetId } = await setUp()
    const reader = ownReader(workspace)
    onTestFinished(() => reader.close())
    const result = () => reader.ask({ kind: 'result', id: run.id })
    const cost = () =>
      reader.ask({
        kind: 'cost',
        input: { kind: 'clean-accuracy', params: {}, modelIds, datasetId, sample: null },
        subset: null,
      })
    const before = await result()
    const estimate = await cost()
    expect(await result()).toBe(before)
    expect(await cost()).toBe(estimate)

    await client.models.update({ id: modelIds[0] ?? 0, title: 'Another' })
    const renamed = await result()
    expect(renamed.conditions[0]?.model).toBe('Another')

    changeFacts(db, 'DELETE FROM fact WHERE example_id = (SELECT min(example_id) FROM fact)')
    const fewer = await result()
    expect(fewer.conditions.map(({ n }) => n)).toEqual(before.conditions.map(({ n }) => n - 1))
    expect((await cost()).cached).toBe(estimate.cached - 2)
    expect(await result()).toBe(fewer)
    await runStudy(client, {
      kind: 'random-patch-drop',
      modelIds,
      datasetId,
      params: { percents: [50], repeats: 1 },
    })
    const variant = db.prepare('SELECT count(DISTINCT variant_id) FROM prediction').pluck().get()
    expect(variant).toBe(2)
    expect((await result()).conditions.map(({ n }) => n)).toEqual(fewer.conditions.map(({ n }) => n))
  })

  it('is summed up when a study is done, or by the next start, and read again by others until a fact has changed', async () => {
    const folder = temporaryFolder()
    const engine = await createEngine({ readsApart: true })
    onTestFinished(() => engine.close())
    await engine.client.workspace.create({ path: join(folder, 'workspace') })
    const datasetId = await addDataset(engine.client, sampleImages(folder, 1))
    const { id: model } = await engine.client.models.add({ path: sampleModel('replk3') })
    const study = await runStudy(engine.client, { kind: 'clean-accuracy', modelIds: [model], datasetId })
    const path = join(folder, 'workspace')
    const file = join(path, 'summaries.sqlite')
    const kept = (kind: string) => {
      const { db, close } = openSummaries(file)
      const answer = db.prepare('SELECT answer FROM kept_answer WHERE kind = ?').pluck().get(kind)
      close()
      return answer
    }
    const soon = { timeout: 60_000, interval: 300 }
    await expect.poll(() => kept('result'), soon).toBeDefined()
    await engine.client.workspace.close()
    rmSync(file)
    await engine.client.workspace.open({ path })
    await expect.poll(() => kept('summary'), soon).toBeDefined()
    const { workspace } = engine.session.open()

    const later = ownReader(workspace)
    onTestFinished(() => later.close())
    const before = kept('result')
    const result = await later.ask({ kind: 'result', id: study.id })
    expect(kept('result')).toEqual(before)
    expect(result).toEqual(await studyResult(workspace, study.id))
    expect(result.complete).toBe(true)

    changeFacts(workspace.db, 'DELETE FROM fact WHERE example_id = (SELECT min(example_id) FROM fact)')
    const after = ownReader(workspace)
    onTestFinished(() => after.close())
    const fewer = await after.ask({ kind: 'result', id: study.id })
    expect(fewer.complete).toBe(false)
    expect(fewer.conditions[0]?.n).toBe((result.conditions[0]?.n ?? 0) - 1)
    expect(kept('result')).not.toEqual(before)
  })

  it.skipIf(process.platform !== 'linux')(
    'takes its share of the processor where it stays or is asked for first, and little where it is followed',
    async () => {
      const { workspace, db, run } = await setUp()
      const reader = threadReader(workspace)
      onTestFinished(() => reader.close())
      const threads = () => readdirSync('/proc/self/task')
      const before = new Set(threads())
      const modest = () =>
        threads().filter((thread) => !before.has(thread) && getPriority(Number(thread)) > 0).length
      await reader.ask({ kind: 'result', id: run.id })
      expect(modest()).toBe(0)
      db.prepare("UPDATE job SET state = 'running' WHERE study_id = ?").run(run.id)
      await reader.ask({ kind: 'result', id: run.id })
      expect(modest()).toBe(0)
      await reader.ask({ kind: 'result', id: run.id })
      expect(modest()).toBe(niceness(availableParallelism()) > 0 ? 1 : 0)
    },
  )

  it('of a study that is done stays while others are made and use its models in turn', async () => {
    const { workspace, client, run, modelIds, datasetId } = await setUp()
    const reader = ownReader(workspace)
    onTestFinished(() => reader.close())
    const before = await reader.ask({ kind: 'result', id: run.id })
    const others = []
    for (const modelId of modelIds)
      others.push(
        await runStudy(client, {
          kind: 'random-patch-drop',
          modelIds: [modelId],
          datasetId,
          params: { percents: [50], repeats: 1 },
        }),
      )
    for (const { id } of others) {
      const { job } = await client.studies.rerun({ id })
      await jobEnd(client, job?.id ?? 0)
      expect(await reader.ask({ kind: 'result', id: run.id })).toBe(before)
    }
  })

  it('of the images of a dataset is made ahead when it was indexed', async () => {
    const folder = temporaryFolder()
    const engine = await createEngine({ readsApart: true })
    onTestFinished(() => engine.close())
    await engine.client.workspace.create({ path: join(folder, 'workspace') })
    const images = sampleImages(folder, 1)
    for (const part of ['contrast/1', 'contrast/5'])
      cpSync(images, join(folder, 'published', part), { recursive: true })
    await addDataset(engine.client, join(folder, 'published'))
    const summaries = openSummaries(join(engine.session.open().workspace.path, 'summaries.sqlite'))
    onTestFinished(summaries.close)
    const kept = () =>
      summaries.db.prepare<[], string>('SELECT name FROM kept_value ORDER BY name').pluck().all()
    const parts = ['contrast/1', 'contrast/5'].map((part) => JSON.stringify([1, null, part, null]))
    await expect
      .poll(kept)
      .toEqual(['count', 'pictures'].flatMap((what) => parts.map((part) => `${what} ${part}`)))
  })
})
