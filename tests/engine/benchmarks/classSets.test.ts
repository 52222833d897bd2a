import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { resourcePath } from '#engine/base/resources.ts'
import { imagenet1k } from '#engine/models/index.ts'
import { addDataset, runStudy } from '../studies/sample.ts'
import { expectSameApart } from '../studies/apart.ts'
import { query, tableOf, world } from './world.ts'

const classes = z
  .array(z.string())
  .parse(JSON.parse(readFileSync(resourcePath('sample', 'labels.json'), 'utf8')))

/** The class of ImageNet that stands for a class of the sample: that of the same index. */
const wnidOf = (index: number) => imagenet1k().wnids[index] ?? ''

/** Copies images of a class of the sample. */
function copy(index: number, from: number, count: number, target: string): void {
  const source = resourcePath('sample', 'suites', 'val', classes[index] ?? '')
  mkdirSync(target, { recursive: true })
  for (const file of readdirSync(source)
    .sort()
    .slice(from, from + count))
    cpSync(join(source, file), join(target, file))
}

it('measures ImageNet-V2 version by version, beside ordinary images of the same classes', async () => {
  const setting = await world()
  const { client } = setting.engine
  const modelIds = [setting.models.small]
  const names = classes.map((name, index) => `${name} | ${wnidOf(index)}`)
  await client.models.setLabels({ modelIds, labels: { kind: 'names', names } })
  const v2 = join(setting.folder, 'v2')
  for (const index of [0, 1, 10]) {
    copy(index, 0, 2, join(v2, 'imagenetv2-matched-frequency-format-val', String(index)))
    copy(index, 2, 1, join(v2, 'imagenetv2-top-images-format-val', String(index)))
  }
  for (let index = 0; index < classes.length; index++)
    copy(index, 3, 1, join(setting.folder, 'val', wnidOf(index)))
  const ordinary = await addDataset(client, join(setting.folder, 'val'))
  const datasetId = await addDataset(client, v2)
  const dataset = await client.datasets.get({ id: datasetId })
  expect(dataset).toMatchObject({ recognised: 'imagenet-v2' })
  expect(dataset.parts.map(({ name, images }) => [name, images])).toEqual([
    ['matched-frequency', 6],
    ['top-images', 3],
  ])
  const { id, params } = await runStudy(client, { kind: 'imagenet-v2', modelIds, datasetId })
  expect(params['validation']).toBe(ordinary)
  await expectSameApart(setting.engine, id)
  const { conditions, complete, tables, figures } = await client.studies.result({ id })
  expect(complete).toBe(true)
  // Of the 16 ordinary classes, the three of the set.
  expect(conditions.map(({ key, n }) => [key, n])).toEqual([
    ['matched-frequency', 6],
    ['top-images', 3],
    ['ordinary', 3],
  ])
  const facts = query<{ part: string | null; dataset: number; class: string; predicted: number }>(
    setting,
    `SELECT i.part, i.dataset_id AS dataset, s.class, p.predicted FROM fact p
     JOIN example s ON s.id = p.example_id JOIN image i ON i.example_id = s.id`,
  )
  const right = (of: typeof facts) =>
    of.filter(({ class: name, predicted }) => wnidOf(predicted) === name).length / of.length
  const own = (part: string) => right(facts.filter((fact) => fact.part === part))
  const rest = right(facts.filter((fact) => fact.dataset === ordinary))
  const { rows } = tableOf(tables, 'accuracy')
  expect(rows.map(({ version, top1 }) => [version, top1])).toEqual([
    ['MatchedFrequency', own('matched-frequency')],
    ['TopImages', own('top-images')],
  ])
  expect(rows.map(({ gap }) => gap)).toEqual([rest - own('matched-frequency'), rest - own('top-images')])
  for (const { gap, gapLo, gapHi } of rows) {
    expect(Number(gapLo)).toBeLessThanOrEqual(Number(gap))
    expect(Number(gapHi)).toBeGreaterThanOrEqual(Number(gap))
  }
  expect(figures[0]?.series.map(({ name }) => name)).toEqual([
    'MatchedFrequency',
    'TopImages',
    'Ordinary images',
  ])
  const { metrics } = await client.studies.ranking({ modelIds })
  expect(metrics.map(({ metric }) => metric)).toEqual([
    'imagenet-v2.matched-frequency',
    'imagenet-v2.top-images',
  ])
})
