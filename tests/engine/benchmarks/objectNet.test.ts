import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { resourcePath } from '#engine/base/resources.ts'
import { detectLayout } from '#engine/datasets/index.ts'
import { applyGeometry } from '#engine/images/geometry.ts'
import { imagenet1k } from '#engine/models/index.ts'
import { mappingOf } from '#engine/studies/benchmarks/objectNet/mapping.ts'
import { addDataset, runStudy } from '../studies/sample.ts'
import { query, suite, tableOf, world } from './world.ts'

const labels = z
  .array(z.string())
  .parse(JSON.parse(readFileSync(resourcePath('sample', 'labels.json'), 'utf8')))
const wnid = (index: number) => imagenet1k().wnids[index] ?? ''

/** The four files, with lines counted from `first`: two classes for the first object, none for the last. */
const files = (first: number) => ({
  labels: JSON.stringify({ alarm_clock: 'Alarm clock', bath_towel: 'Bath towel', bracelet: 'Bracelet' }),
  classes: JSON.stringify({ 'Alarm clock': 'analog clock; digital clock', 'Bath towel': 'bath towel' }),
  places: JSON.stringify({ 5: first + 2, 6: first, 7: first + 1 }),
  lines: 'digital clock\nbath towel\nanalog clock\n',
})

it('puts the authors’ files together, whichever way lines are counted', () => {
  for (const first of [0, 1])
    expect(mappingOf(files(first))).toEqual({ alarm_clock: [wnid(5), wnid(6)], bath_towel: [wnid(7)] })
  expect(() => mappingOf({ ...files(0), lines: 'bath towel\n' })).toThrow(/"analog clock" is no line/)
  expect(() => mappingOf({ ...files(0), labels: '[]' })).toThrow(/folder_to_objectnet_label.json/)
})

it('removes a border before the resize', () => {
  const pixels = new Uint8Array(6 * 6 * 3).fill(255)
  for (let y = 2; y < 4; y++) for (let x = 2; x < 4; x++) pixels.fill(7, 3 * (6 * y + x), 3 * (6 * y + x + 1))
  const geometry = { size: [4, 4], resize: 'squash', resizeTo: null, interpolation: 'bilinear' } as const
  const made = applyGeometry({ pixels, height: 6, width: 6 }, { ...geometry, size: [4, 4], border: 2 })
  expect([made.height, made.width, ...new Set(made.pixels)]).toEqual([4, 4, 7])
})

it('measures the folders that are classes of ImageNet, by both rules and without the border', async () => {
  const setting = await world()
  const { client } = setting.engine
  const modelIds = [setting.models.small]
  const names = labels.map((name, index) => `${name} | ${wnid(index)}`)
  await client.models.setLabels({ modelIds, labels: { kind: 'names', names } })
  // Objects of the sample under other names: one of two classes, one of one class, one of none.
  const [boat, car, clock, dog] = ['boat', 'car', 'clock', 'dog'].map((name) => labels.indexOf(name))
  const root = join(setting.folder, 'objectnet-1.0')
  const objects = { vessel: [boat, car], watch: [clock], wolf: [] as number[] }
  for (const [object, from] of Object.entries({ vessel: 'boat', watch: 'clock', wolf: 'dog' })) {
    mkdirSync(join(root, 'images', object), { recursive: true })
    const source = resourcePath('sample', 'suites', 'val', from)
    for (const file of readdirSync(source).sort().slice(0, 3))
      await sharp(join(source, file))
        .extend({ top: 2, bottom: 2, left: 2, right: 2, background: { r: 255, g: 0, b: 0 } })
        .png()
        .toFile(join(root, 'images', object, file))
  }
  mkdirSync(join(root, 'mappings'))
  const mappings = {
    'folder_to_objectnet_label.json': { vessel: 'Vessel', watch: 'Watch', wolf: 'Wolf' },
    'objectnet_to_imagenet_1k.json': { Vessel: 'boat; car', Watch: 'clock' },
    'pytorch_to_imagenet_2012_id.json': {
      [String(boat)]: 0,
      [String(car)]: 1,
      [String(clock)]: 2,
      [String(dog)]: 3,
    },
  }
  for (const [name, value] of Object.entries(mappings))
    writeFileSync(join(root, 'mappings', name), JSON.stringify(value))
  writeFileSync(join(root, 'mappings', 'imagenet_to_label_2012_v2'), 'boat\ncar\nclock\ndog\n')
  expect(await detectLayout(root)).toMatchObject({
    recognised: 'objectnet',
    classes: ['vessel', 'watch', 'wolf'],
  })
  expect((await detectLayout(join(root, 'images'))).recognised).toBe('objectnet')

  const plain = await addDataset(client, suite('val', join(setting.folder, 'val'), 3))
  const datasetId = await addDataset(client, root)
  const { id, params } = await runStudy(client, { kind: 'objectnet', modelIds, datasetId })
  expect(params['mapping']).toEqual({ vessel: [wnid(boat ?? 0), wnid(car ?? 0)], watch: [wnid(clock ?? 0)] })
  await runStudy(client, { kind: 'clean-accuracy', modelIds, datasetId: plain })
  const { conditions, tables, provenance } = await client.studies.result({ id })
  expect(conditions.map(({ key, n }) => [key, n])).toEqual([
    ['all', 6],
    ['chosen', 6],
  ])
  expect(provenance.join(' ')).toContain('border of 2 px removed')
  // Without the border the images are those of the sample, so the answers over all classes are those of clean accuracy.
  const answers = query<{ dataset: number; name: string; op: string; predicted: number; correct: number }>(
    setting,
    `SELECT i.dataset_id AS dataset, i.name, json_extract(v.key, '$.readout.op') || coalesce(json_extract(v.key, '$.readout.pool'), '') AS op,
       p.predicted, p.correct FROM fact p JOIN variant v ON v.id = p.variant_id JOIN image i ON i.example_id = p.example_id`,
  )
  const of = (dataset: number, op: string) =>
    new Map(
      answers
        .filter((one) => one.dataset === dataset && one.op === op)
        .map((one) => [one.name.split('/').at(-1), one]),
    )
  const clean = of(plain, 'all')
  const all = of(datasetId, 'groups')
  expect(all.size).toBe(6)
  for (const [name, answer] of all) {
    expect(answer.predicted, name).toBe(clean.get(name)?.predicted)
    const own = objects[answer.name.includes('vessel') ? 'vessel' : 'watch']
    expect(Boolean(answer.correct)).toBe(own.includes(answer.predicted))
  }
  const chosen = [...of(datasetId, 'groupsmax').values()]
  expect(chosen.every(({ predicted }) => [boat, car, clock].includes(predicted))).toBe(true)
  const [row] = tableOf(tables, 'accuracy').rows
  expect(row).toMatchObject({
    n: 6,
    all: [...all.values()].filter(({ correct }) => correct === 1).length / 6,
  })
})
