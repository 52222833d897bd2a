import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { corruptionSets } from '#shared/corruptionSets.ts'
import { imagenetC19 } from '#shared/transforms/index.ts'
import { resourcePath } from '#engine/base/resources.ts'
import { detectLayout } from '#engine/datasets/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { pack } from '../../packed.ts'
import { addDataset, runStudy } from '../studies/sample.ts'
import { query, suite, tableOf, world } from './world.ts'

const classes = ['bird', 'car', 'cat'] as const

/** Copies two pictures of each class to a part, those of another class where `shift` is not 0, under the names of the first. */
function part(target: string, shift: number): void {
  for (const [at, name] of classes.entries()) {
    const from = classes[(at + shift) % classes.length] ?? name
    const source = resourcePath('sample', 'suites', 'val', from)
    mkdirSync(join(target, name), { recursive: true })
    for (const [place, file] of readdirSync(source).sort().slice(0, 2).entries())
      cpSync(join(source, file), join(target, name, `${place}.png`))
  }
}

it('has names of corruptions that tell each set from ImageNet-C and from one another', () => {
  const all = [...corruptionSets.flatMap(({ corruptions }) => corruptions), ...imagenetC19]
  expect(new Set<string>(all).size).toBe(all.length)
  expect(corruptionSets.map(({ id, corruptions }) => [id, corruptions.length])).toEqual([
    ['imagenet-c-bar', 10],
    ['imagenet-3dcc', 12],
  ])
})

it('recognises parts of ImageNet-3DCC, below a folder and in the tar of a corruption', async () => {
  const root = temporaryFolder()
  part(join(root, 'all', 'near_focus', '1'), 0)
  part(join(root, 'all', 'fog_3d', '5'), 0)
  const layout = await detectLayout(join(root, 'all'))
  expect(layout).toMatchObject({ recognised: 'imagenet-3dcc', classes })
  expect(layout.placeOf('fog_3d/5/cat/0.png')).toEqual({ className: 'cat', part: 'fog_3d/5' })
  const tar = await pack(join(root, 'near_focus.tar'), join(root, 'all'), ['near_focus'])
  expect((await detectLayout(tar)).placeOf('near_focus/1/car/0.png')).toEqual({
    className: 'car',
    part: 'near_focus/1',
  })
})

it('gives the mean error over the parts that are there, each counting as much', async () => {
  const setting = await world()
  const { client } = setting.engine
  const modelIds = [setting.models.small]
  const root = join(setting.folder, 'c-bar')
  part(join(root, 'sparkles', '1'), 0)
  part(join(root, 'sparkles', '5'), 1)
  part(join(root, 'perlin_noise', '1'), 2)
  const validation = await addDataset(client, suite('val', join(setting.folder, 'val'), 2))
  const datasetId = await addDataset(client, root)
  const { id, params } = await runStudy(client, { kind: 'imagenet-c-bar', modelIds, datasetId })
  expect(params['validation']).toBe(validation)
  const { conditions, tables, figures, provenance } = await client.studies.result({ id })
  expect(conditions.map(({ key, n }) => [key, n])).toEqual([
    ['clean', 6],
    ['perlin_noise,severity=1', 6],
    ['sparkles,severity=1', 6],
    ['sparkles,severity=5', 6],
  ])
  const wrong = query<{ part: string; error: number }>(
    setting,
    `SELECT i.part, avg(1 - p.correct) AS error FROM fact p JOIN image i ON i.example_id = p.example_id
     WHERE i.dataset_id = ? GROUP BY i.part`,
    datasetId,
  )
  const errorOf = (name: string) => wrong.find((one) => one.part === name)?.error ?? Number.NaN
  const parts = ['sparkles/1', 'sparkles/5', 'perlin_noise/1'].map(errorOf)
  const [row] = tableOf(tables, 'summary').rows
  expect(row?.['error']).toBeCloseTo(parts.reduce((a, b) => a + b, 0) / 3, 12)
  expect(Number(row?.['lo'])).toBeLessThanOrEqual(Number(row?.['error']))
  expect(Number(row?.['hi'])).toBeGreaterThanOrEqual(Number(row?.['error']))
  const byCorruption = tableOf(tables, 'corruptions').rows
  expect(byCorruption.map(({ corruption }) => corruption)).toEqual(['perlin_noise', 'sparkles'])
  expect(byCorruption[1]?.[`m${setting.models.small}`]).toBeCloseTo(
    (errorOf('sparkles/1') + errorOf('sparkles/5')) / 2,
    12,
  )
  // Severity 5 has one of the two corruptions: no mean over both.
  expect(
    figures.find(({ kind }) => kind === 'lines')?.series[0]?.points.map(({ x, y }) => [x, y === null]),
  ).toEqual([
    [1, false],
    [5, true],
  ])
  expect(provenance.join(' ')).toContain('Mean over 2 of 10 corruptions, 3 of 50 parts.')
  expect((await client.studies.ranking({ modelIds })).metrics).toEqual([])
})
