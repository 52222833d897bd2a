import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { resourcePath } from '#engine/base/resources.ts'
import { expectSameApart } from '../studies/apart.ts'
import { addDataset, jobEnd, runStudy } from '../studies/sample.ts'
import { query, suite, tableOf, world } from './world.ts'

/** A copy of the sample's folder with one suite, so that its subsets.json is found. */
function home(folder: string, name: string, perClass: number): string {
  for (const file of ['subsets.json', 'labels.json'])
    cpSync(resourcePath('sample', file), join(folder, 'home', file))
  return suite(name, join(folder, 'home', 'suites', name), perClass)
}

describe('ImageNet-A and -R', () => {
  it('applies both rules to one pass, and rule 200 changes only predictions outside the set', async () => {
    const setting = await world()
    const { client } = setting.engine
    await addDataset(client, suite('val', join(setting.folder, 'val'), 1))
    const datasetId = await addDataset(client, home(setting.folder, 'A', 3))
    const input = { kind: 'imagenet-a', modelIds: [setting.models.small], datasetId }
    const cost = await client.studies.cost(input)
    expect(cost).toMatchObject({ images: 36, answers: 2 * 36 + 12, conditions: 3 })
    const { id, params } = await runStudy(client, input)
    expect(params['validation']).toBeTypeOf('number')
    await expectSameApart(setting.engine, id)
    const { conditions, complete, tables, provenance } = await client.studies.result({ id })
    expect(complete).toBe(true)
    expect(conditions.map(({ key, n }) => [key, n])).toEqual([
      ['rule1000', 36],
      ['rule200', 36],
      ['ordinary', 12],
    ])
    const subsets = z
      .object({ A: z.array(z.int()) })
      .parse(JSON.parse(readFileSync(resourcePath('sample', 'subsets.json'), 'utf8')))
    const answers = query<{ example: number; readout: string; predicted: number }>(
      setting,
      `SELECT p.example_id AS example, json_extract(v.key, '$.readout.op') AS readout, p.predicted
       FROM fact p JOIN variant v ON v.id = p.variant_id JOIN image i ON i.example_id = p.example_id WHERE i.dataset_id = ?`,
      datasetId,
    )
    const byExample = Map.groupBy(answers, ({ example }) => example)
    expect(byExample.size).toBe(36)
    for (const pair of byExample.values()) {
      const full = pair.find(({ readout }) => readout === 'all')?.predicted ?? -1
      const chosen = pair.find(({ readout }) => readout === 'subset')?.predicted ?? -1
      expect(subsets.A).toContain(chosen)
      if (subsets.A.includes(full)) expect(chosen).toBe(full)
    }
    const [row] = tableOf(tables, 'accuracy').rows
    expect(row?.['rule1000']).toBe(conditions[0]?.top1)
    expect(provenance.join(' ')).toContain(
      'RMS calibration error of fewer than 200 images is that of a single bin',
    )
    expect(row?.['gap']).toBeCloseTo((conditions[2]?.top1 ?? 0) - (conditions[1]?.top1 ?? 0), 12)

    // While images have no facts, there is no gap and no value in the ranking.
    home(setting.folder, 'A', 4)
    await jobEnd(client, (await client.datasets.reindex({ id: datasetId })).jobId)
    const partial = await client.studies.result({ id })
    const [half] = tableOf(partial.tables, 'accuracy').rows
    expect(half).toMatchObject({ n: 36, gap: null })
    // Ordinary images are no part of the 48, so there is no range.
    expect(partial.figures[0]?.notes).toContain(
      'n = 48 images of A, of which up to 12 are missing under one condition: the study is not complete.',
    )
    expect((await client.studies.ranking({})).metrics).toEqual([])
  })

  it('gives no gap where the workspace has no ordinary images', async () => {
    const setting = await world()
    const { client } = setting.engine
    const datasetId = await addDataset(client, home(setting.folder, 'R', 1))
    const { id } = await runStudy(client, {
      kind: 'imagenet-r',
      modelIds: [setting.models.small],
      datasetId,
    })
    await expectSameApart(setting.engine, id)
    const { conditions, provenance, figures } = await client.studies.result({ id })
    expect(conditions.map(({ key }) => key)).toEqual(['rule1000', 'rule200'])
    expect(provenance).toContain('No ordinary images of the same classes in the workspace, so no gap.')
    expect(figures[0]?.series.every(({ origin }) => origin === 'measured')).toBe(true)
  })
})

describe('ImageNet-O', () => {
  it('gives the average precision of low confidence, once all images are measured', async () => {
    const setting = await world()
    const { client } = setting.engine
    await addDataset(client, suite('val', join(setting.folder, 'val'), 2))
    const datasetId = await addDataset(client, home(setting.folder, 'O', 3))
    const { id } = await runStudy(client, {
      kind: 'imagenet-o',
      modelIds: [setting.models.large],
      datasetId,
    })
    await expectSameApart(setting.engine, id)
    const { tables, conditions, provenance } = await client.studies.result({ id })
    expect(conditions[0]).toMatchObject({ key: 'outside', n: 0, top1: null })
    expect(provenance).toContain('Under “inside”: 20 images of val.')
    const facts = query<{ score: number; outside: number }>(
      setting,
      `SELECT -p.confidence AS score, i.dataset_id = ? AS outside FROM fact p
       JOIN variant v ON v.id = p.variant_id JOIN image i ON i.example_id = p.example_id
       WHERE json_extract(v.key, '$.readout.op') = 'subset'`,
      datasetId,
    )
    expect(facts.filter(({ outside }) => outside === 1)).toHaveLength(30)
    expect(facts.filter(({ outside }) => outside === 0)).toHaveLength(20)
    // Average precision by its definition: precision at the rank of each positive (there are no ties here).
    const sorted = [...facts].sort((a, b) => b.score - a.score)
    let hits = 0
    let sum = 0
    for (const [place, { outside }] of sorted.entries()) if (outside) sum += ++hits / (place + 1)
    const [row] = tableOf(tables, 'detection').rows
    expect(row).toMatchObject({ outside: 30, inside: 20 })
    expect(row?.['aupr']).toBeCloseTo(sum / 30, 12)
    expect(Number(row?.['lo'])).toBeLessThan(Number(row?.['aupr']))
    expect(Number(row?.['hi'])).toBeGreaterThan(Number(row?.['aupr']))
  })

  it('lists the images of its cells, which are neither right nor wrong', async () => {
    const setting = await world()
    const { client } = setting.engine
    await addDataset(client, suite('val', join(setting.folder, 'val'), 1))
    const datasetId = await addDataset(client, home(setting.folder, 'O', 2))
    const modelId = setting.models.small
    const { id } = await runStudy(client, { kind: 'imagenet-o', modelIds: [modelId], datasetId })
    const { rows } = await client.studies.rows({ id, modelId, key: 'outside' })
    expect(rows).toHaveLength(20)
    expect(rows.every(({ correct, confidence }) => correct === null && confidence > 0)).toBe(true)
    const sorted = rows.toSorted((a, b) => b.confidence - a.confidence || a.imageId - b.imageId)
    const first = await client.studies.flips({
      ...{ id, modelId, key: 'outside', direction: 'mostConfident', limit: 12 },
    })
    expect(first).toMatchObject({ total: 20, compared: 0 })
    const rest = await client.studies.flips({
      ...{ id, modelId, key: 'outside', direction: 'mostConfident', after: first.next },
    })
    expect(rest.next).toBeNull()
    expect([...first.rows, ...rest.rows].map((row) => row.id)).toEqual(sorted.map(({ imageId }) => imageId))
    const mistakes = await client.studies.flips({ id, modelId, key: 'inside', direction: 'mistakes' })
    const wrong = (await client.studies.rows({ id, modelId, key: 'inside' })).rows.filter(
      ({ correct }) => correct === false,
    )
    expect(new Set(mistakes.rows.map((row) => row.id))).toEqual(new Set(wrong.map(({ imageId }) => imageId)))
    const [image] = (await client.studies.image({ id, imageId: sorted[0]?.imageId ?? 0 })).rows
    expect(image).toMatchObject({ correct: null, confidence: sorted[0]?.confidence })
  })

  it('is refused without ordinary images', async () => {
    const setting = await world()
    const { client } = setting.engine
    const datasetId = await addDataset(client, home(setting.folder, 'O', 1))
    const run = client.studies.run({ kind: 'imagenet-o', modelIds: [setting.models.small], datasetId })
    await expect(run).rejects.toMatchObject({
      code: 'STUDY_PARAMS',
      message: expect.stringContaining('validation') as string,
    })
  })
})

describe('ImageNet-9', () => {
  it('maps the winner of all outputs with the table of the dataset', async () => {
    const setting = await world()
    const { client } = setting.engine
    const root = join(setting.folder, 'nine')
    for (const variation of ['mixed_same', 'mixed_rand'])
      suite(`9/${variation}/val`, join(root, variation, 'val'), 3)
    cpSync(resourcePath('sample', 'suites', '9', 'in_to_in9.json'), join(root, 'in_to_in9.json'))
    const datasetId = await addDataset(client, root)
    const { id } = await runStudy(client, {
      kind: 'imagenet-9',
      modelIds: [setting.models.small],
      datasetId,
      params: { soft: 'max' },
    })
    const table = z
      .record(z.string(), z.int())
      .parse(JSON.parse(readFileSync(join(root, 'in_to_in9.json'), 'utf8')))
    await expectSameApart(setting.engine, id)
    const result = await client.studies.result({ id })
    const { tables } = result
    expect(result.conditions.map(({ key, n }) => [key, n])).toEqual([
      ['mixed_same', 27],
      ['mixed_same,soft', 27],
      ['mixed_rand', 27],
      ['mixed_rand,soft', 27],
    ])
    // No prediction falls outside the nine classes, so the softer mapping is right at least where the winner is.
    const soft = result.conditions.filter(({ key }) => key.endsWith(',soft'))
    const conditions = result.conditions.filter(({ key }) => !key.endsWith(',soft'))
    expect(soft.map(({ correct }, i) => correct >= (conditions[i]?.correct ?? 0))).toEqual([true, true])
    expect(tableOf(tables, 'soft').title).toContain('beyond the paper')
    for (const { key, modelId, correct } of conditions) {
      const { rows } = await client.studies.rows({ id, modelId, key })
      expect(rows).toHaveLength(27)
      for (const row of rows) expect(row.correct).toBe(table[row.predicted] === row.trueClass)
      expect(rows.filter((row) => row.correct)).toHaveLength(correct)
    }
    const [row] = tableOf(tables, 'accuracy').rows
    const [same, rand] = conditions.map(({ correct, n }) => correct / n)
    expect(row?.['gap']).toBeCloseTo((same ?? 0) - (rand ?? 0), 12)
    // The classes of the set are groups of the model's labels, and need not be among them.
    expect(result.provenance.join()).not.toContain('labels missing')
    const { columns } = tableOf(tables, 'accuracy')
    expect(columns.slice(-3).map(({ key, kind }) => [key, kind])).toEqual([
      ['gap', 'points'],
      ['lo', 'points'],
      ['hi', 'points'],
    ])
    const { metrics } = await client.studies.ranking({})
    expect(metrics.map(({ key, unit }) => [key, unit])).toEqual([['imagenet-9.gap', 'points']])
    // The variations have the same scenes under the same names.
    expect(result.figures.find((figure) => figure.id === 'imagenet-9-gap')?.notes).toContain(
      'Interval of the gap: of pairs, since both variations show the same foregrounds.',
    )

    suite('9/mixed_rand/val', join(root, 'mixed_rand', 'val'), 4)
    await jobEnd(client, (await client.datasets.reindex({ id: datasetId })).jobId)
    const half = await client.studies.result({ id })
    expect(tableOf(half.tables, 'accuracy').rows[0]).toMatchObject({ gap: null, lo: null })
    expect((await client.studies.ranking({})).metrics).toEqual([])
  })
})
