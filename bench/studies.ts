/**
 * Images per second of studies on the sample, against `session.run` alone on preprocessed batches of the same size,
 * with the same graph, threads and process.
 * Run: node bench/studies.ts
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine } from '#engine/api/index.ts'
import { floorOf } from './floor.ts'
import { report, type Row } from './report.ts'
import { studyRate } from './studyRate.ts'

const batch = 16
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-bench-'))

const engine = await createEngine({ overrides: { provider: 'cpu', batch } })
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
  for (const model of await client.models.list()) {
    const common = { modelIds: [model.id], datasetId: dataset.id }
    const floor = await floorOf(model.path, model.preprocessing.size, batch)
    rows.push({ name: `${model.title}: session.run alone`, perSecond: floor, ratio: 1 })
    const measured: [string, number][] = [
      [
        'random patch drop, 10 shares, 1 draw',
        await studyRate(engine, { ...common, kind: 'random-patch-drop', params: { repeats: 1 } }),
      ],
      [
        'lesion, 3 subsets of each size',
        await studyRate(engine, { ...common, kind: 'lesion', params: { samples: 3, singles: false } }),
      ],
    ]
    for (const [name, perSecond] of measured)
      rows.push({ name: `${model.title}: ${name}`, perSecond, ratio: perSecond / floor })
  }
  report('studies', 'images', rows, {
    baseline: 'session.run alone',
    batch: String(batch),
    threads: 'as ONNX Runtime chooses',
  })
} finally {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
}
