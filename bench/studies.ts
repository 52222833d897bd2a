/**
 * Images per second of studies on the sample, against the best split of threads of `session.run` alone on preprocessed batches
 * of the same size, with the same graph. The split of the studies is that of a trial, as a longer study would have made it.
 * With --cpu one session of one thread computes, and all is compared by CPU time of all threads, which other work on the machine
 * hardly changes.
 * Run: node bench/studies.ts [--cpu] [title of a model …]
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '#engine/api/index.ts'
import { getModel, openClassifier } from '#engine/models/index.ts'
import { cpuFloorOf, floorOf, splitText } from './floor.ts'
import { report, type Row } from './report.ts'
import { studyRate } from './studyRate.ts'

const batch = 16
const byCpu = process.argv.includes('--cpu')
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))

const engine = await createEngine({ overrides: { provider: 'cpu', batch, ...(byCpu ? { threads: 1 } : {}) } })
try {
  const { client } = engine
  for await (const event of await client.workspace.openSample({ path: join(folder, 'workspace') })) void event
  for await (const job of await client.jobs.watch()) {
    const open = (await client.jobs.list({})).filter(({ state }) => state === 'queued' || state === 'running')
    if (open.length === 0 && job.state === 'done') break
  }
  const [dataset] = (await client.datasets.list()).filter(({ title }) => title.endsWith('val'))
  if (!dataset) throw new Error('the sample has no val suite')
  const rows: Row[] = []
  const wanted = process.argv.slice(2).filter((word) => word !== '--cpu')
  for (const model of await client.models.list()) {
    if (wanted.length > 0 && !wanted.includes(model.title)) continue
    const common = { modelIds: [model.id], datasetId: dataset.id }
    const { path, preprocessing } = model
    const floor = byCpu
      ? { sessions: 1, threads: 1, perSecond: await cpuFloorOf(path, preprocessing.size, batch) }
      : await floorOf(path, preprocessing.size, batch)
    rows.push({
      name: `${model.title}: session.run alone, ${splitText(floor)}`,
      perSecond: floor.perSecond,
      ratio: 1,
    })
    const { workspace } = engine.session.open()
    const stored = getModel(workspace.db, model.id)
    const settings = engine.session.settings()
    await (await openClassifier(workspace, stored, settings, engine.session.log, undefined, 1e6)).close()
    const measured: [string, number][] = [
      [
        'random patch drop, 10 shares, 10 draws',
        await studyRate(engine, { ...common, kind: 'random-patch-drop', params: { repeats: 10 } }, byCpu),
      ],
      [
        'lesion, 3 subsets of each size',
        await studyRate(engine, { ...common, kind: 'lesion', params: { samples: 3, singles: false } }, byCpu),
      ],
    ]
    for (const [name, perSecond] of measured)
      rows.push({ name: `${model.title}: ${name}`, perSecond, ratio: perSecond / floor.perSecond })
  }
  report(byCpu ? 'studies-cpu' : 'studies', byCpu ? 'images per CPU' : 'images', rows, {
    baseline: 'session.run alone',
    batch: String(batch),
    threads: 'all cores',
  })
} finally {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
}
