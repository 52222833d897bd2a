import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, jobEnd, runStudy, sampleImages, sampleModel } from './sample.ts'

const studies: { kind: string; params: Record<string, unknown> }[] = [
  { kind: 'clean-accuracy', params: {} },
  { kind: 'random-patch-drop', params: { percents: [0, 40, 80], repeats: 1 } },
  { kind: 'salient-patch-drop', params: { source: 'gradient', percents: [30, 50] } },
  { kind: 'adversarial', params: { attack: 'fgsm', epsilons: [0.01, 0.05] } },
  { kind: 'lesion', params: { samples: 2, singles: false } },
  { kind: 'noise-frequency', params: { centres: [200, 700] } },
]

it('experiments add their metrics of Table 5 to the ranking once all images are measured', async () => {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  const { client } = engine
  await client.workspace.create({ path: join(folder, 'workspace') })
  const datasetId = await addDataset(client, sampleImages(folder, 2))
  const { id: modelId } = await client.models.add({ path: sampleModel('replk3') })
  const top1 = new Map<string, number>()
  for (const { kind, params } of studies) {
    const { id } = await runStudy(client, { kind, params, modelIds: [modelId], datasetId })
    for (const cell of (await client.studies.result({ id })).conditions)
      top1.set(`${kind} ${cell.key}`, cell.top1 ?? NaN)
  }
  const of = (name: string) => top1.get(name) ?? NaN
  /** Of the subsets of one size: as many as there are. */
  const mean = (name: string) => {
    const found = [...top1].flatMap(([key, value]) => (key.startsWith(`${name},`) ? value : []))
    return found.reduce((sum, value) => sum + value, 0) / found.length
  }
  const { metrics, models } = await client.studies.ranking({})
  const values = models.flatMap((model) => model.values)
  expect(metrics.map(({ key, title }) => [key, title])).toEqual([
    ['clean-accuracy.top1', 'Clean top-1'],
    ['random-patch-drop.drop-50', 'Random drop 50 %, change in top-1'],
    ['salient-patch-drop.salient-50', 'Salient drop 50 %, change in top-1'],
    ['adversarial.fgsm', 'FGSM, ε 0.05, top-1'],
    ['lesion.third', 'A third of the blocks removed, top-1'],
    ['noise-frequency.pi-700', 'Noise at 0.7 π, change in top-1'],
  ])
  const clean = of('noise-frequency clean')
  const expected = [
    clean,
    // Half of the patches is between the shares that were measured, 14 and 28 of 36.
    of('random-patch-drop percent=40,repeat=0') +
      ((0.5 - 14 / 36) / (14 / 36)) *
        (of('random-patch-drop percent=80,repeat=0') - of('random-patch-drop percent=40,repeat=0')) -
      clean,
    of('salient-patch-drop salient,percent=50') - clean,
    of('adversarial epsilon=0.05,steps=1'),
    // A third of five blocks is between one and two.
    mean('lesion n=1') + (5 / 3 - 1) * (mean('lesion n=2') - mean('lesion n=1')),
    of('noise-frequency centre=700') - clean,
  ]
  for (const [at, value] of expected.entries()) {
    const found = values[at]
    expect(found?.value).toBeCloseTo(value, 12)
    if (found?.interval) expect(found.interval.lo).toBeLessThanOrEqual(value)
    if (found?.interval) expect(found.interval.hi).toBeGreaterThanOrEqual(value)
  }
  expect(values.map(({ interval }) => interval !== null)).toEqual([true, false, true, true, false, true])
  expect(values.map(({ interpolated }) => interpolated)).toEqual([false, true, false, false, true, false])
  expect(values.map(({ condition }) => condition)).toEqual([
    'clean',
    'interpolated between 38.9 % dropped and 77.8 % dropped',
    'salient, 50 % of the mass',
    'ε 0.05 (12.8/255)',
    'interpolated between 1 of 5 blocks removed and 2 of 5 blocks removed',
    'noise at 0.7π',
  ])
  for (const { images } of metrics) expect(images).toEqual({ least: 32, most: 32 })

  // Images added later have no facts: no number may stand for all images.
  sampleImages(folder, 3)
  await jobEnd(client, (await client.datasets.reindex({ id: datasetId })).jobId)
  expect((await client.studies.ranking({})).metrics).toEqual([])
  for (const study of await client.studies.list()) {
    const { complete, tables, figures } = await client.studies.result({ id: study.id })
    expect(complete).toBe(false)
    for (const row of tables.flatMap(({ rows }) => rows)) expect(row['change'] ?? null).toBeNull()
    if (study.kind === 'noise-frequency') expect(figures[0]?.series[0]?.points).toEqual([])
  }
})
