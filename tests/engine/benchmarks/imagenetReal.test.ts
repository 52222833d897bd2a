import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { resourcePath } from '#engine/base/resources.ts'
import { imagenet1k } from '#engine/models/index.ts'
import { labelsIn } from '#engine/studies/benchmarks/imagenetReal/labels.ts'
import { bundleOf, verify } from '../bundles/forge.ts'
import { addDataset, runStudy } from '../studies/sample.ts'
import { query, tableOf, world } from './world.ts'

const { wnids } = imagenet1k()

it('reads real.json by the number of a validation image, from 1, and others by file name', () => {
  const real = labelsIn('[[65], [], [970, 1]]', 'real.json')
  expect(real('n01751748/ILSVRC2012_val_00000001.JPEG')).toEqual([wnids[65]])
  expect(real('ILSVRC2012_val_00000002.JPEG')).toEqual([])
  expect(real('a/ILSVRC2012_val_00000003.png')).toEqual([wnids[970], wnids[1]])
  expect(real('ILSVRC2012_val_00000004.JPEG')).toBeNull()
  expect(real('cat.png')).toBeNull()
  const cleaned = labelsIn('{"a/x.jpeg": "cat", "y.png": [3, "dog"], "z": null}', 'cleaned.json')
  expect([cleaned('b/x.png'), cleaned('y.png'), cleaned('z.png'), cleaned('w.png')]).toEqual([
    ['cat'],
    [wnids[3], 'dog'],
    [],
    null,
  ])
  for (const text of ['{', '[1]', '"a"', '{"a": [1.5]}'])
    expect(() => labelsIn(text, 'real.json')).toThrow(/no list of labels: real.json/)
})

it('scores stored answers by other labels, measures nothing again, and goes into a bundle', async () => {
  const setting = await world()
  const { client } = setting.engine
  const modelIds = [setting.models.small]
  const names: string[] = []
  for (const name of ['bird', 'car', 'cat']) {
    mkdirSync(join(setting.folder, 'val', name), { recursive: true })
    const source = resourcePath('sample', 'suites', 'val', name)
    for (const file of readdirSync(source).sort().slice(0, 2)) {
      names.push(`${name}/${file}`)
      cpSync(join(source, file), join(setting.folder, 'val', name, file))
    }
  }
  const datasetId = await addDataset(client, join(setting.folder, 'val'))
  await runStudy(client, { kind: 'clean-accuracy', modelIds, datasetId })
  const input = { kind: 'imagenet-real', params: { labels: 'cleaned.json' }, modelIds, datasetId }
  await expect(client.studies.run(input)).rejects.toMatchObject({ code: 'STUDY_PARAMS' })
  const facts = query<{ name: string; predicted: number; correct: number }>(
    setting,
    'SELECT i.name, p.predicted, p.correct FROM fact p JOIN image i ON i.example_id = p.example_id',
  )
  const answer = (name: string) => facts.find((fact) => fact.name === name)?.predicted ?? -1
  const labels = (await client.models.labels({ id: setting.models.small })).labels
  // The first shows what the model says and another thing, the second something else, the third nothing; the last is not named.
  const said = (place: number) => labels[answer(names[place] ?? '')] ?? ''
  const other = (place: number) => labels.find((name) => name !== said(place)) ?? ''
  const cleaned = {
    [names[0] ?? '']: ['tree', said(0)],
    [names[1] ?? '']: other(1),
    [names[2] ?? '']: [],
    [names[3] ?? '']: said(3),
    [names[4] ?? '']: [other(4)],
  }
  writeFileSync(join(setting.folder, 'cleaned.json'), JSON.stringify(cleaned))
  expect(await client.studies.cost(input)).toMatchObject({ answers: 6, cached: 6, images: 6 })
  const { id } = await runStudy(client, input)
  const { tables, provenance } = await client.studies.result({ id })
  const used = [0, 1, 3, 4].map((place) => facts.find(({ name }) => name === names[place])?.correct === 1)
  const right = [true, false, true, false]
  const count = (fits: (own: boolean, before: boolean) => boolean) =>
    right.filter((own, at) => fits(own, used[at] ?? false)).length
  expect(tableOf(tables, 'accuracy').rows[0]).toMatchObject({
    ...{ n: 4, without: 2, other: 0.5, own: used.filter(Boolean).length / 4 },
    gained: count((own, before) => own && !before),
    lost: count((own, before) => !own && before),
  })
  expect(provenance.join(' ')).toContain('Labels of cleaned.json')
  const bundle = await bundleOf(setting.engine, id, join(setting.folder, 'real.zip'))
  expect(await verify(setting.engine, bundle)).toMatchObject({ verdict: 'agrees' })
})
