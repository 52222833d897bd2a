import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { detectLayout } from '#engine/datasets/index.ts'
import { conflictName, cuesOf } from '#engine/datasets/kinds/cueConflict.ts'
import { findHumans, readHumans } from '#engine/studies/benchmarks/cueConflict/humans.ts'
import { resourcePath } from '#engine/base/resources.ts'
import { bundleOf, verify } from '../bundles/forge.ts'
import { addDataset, runStudy } from '../studies/sample.ts'
import { expectSameApart } from '../studies/apart.ts'
import { query, tableOf, world } from './world.ts'

const categories = ['bird', 'car', 'cat'] as const

/** Nine images by shape and texture, of which three have no conflict. */
function images(root: string): string[] {
  const names: string[] = []
  for (const [row, shape] of categories.entries())
    for (const [column, texture] of categories.entries()) {
      const name = `${shape}${column + 1}-${texture}${row + 1}`
      mkdirSync(join(root, shape), { recursive: true })
      const from = resourcePath('sample', 'suites', 'val', texture, `${texture}_00${column}.png`)
      cpSync(from, join(root, shape, `${name}.png`))
      names.push(name)
    }
  return names
}

/** Decisions of a person in the form of the authors, who name images by session. */
const csv = (subject: string, decisions: readonly [name: string, decision: string][]) =>
  [
    'subj,session,trial,rt,object_response,category,condition,imagename',
    ...decisions.map(([name, decision], trial) => {
      const shape = cuesOf(`${name}.png`)?.shape ?? ''
      return `${subject},1,${trial + 1},0.9,${decision},${shape},0,000${trial}_s5n_s01_0_${shape}_00_${name}.png`
    }),
  ].join('\n')

it('reads shape and texture from the names of files, with and without the prefix of an experiment', () => {
  const long = '0008_s5n_s01_0_knife_00_knife10-elephant3.png'
  expect(cuesOf('knife/knife10-elephant3.png')).toEqual({ shape: 'knife', texture: 'elephant' })
  expect(cuesOf(long)).toEqual({ shape: 'knife', texture: 'elephant' })
  expect(conflictName(long)).toBe(conflictName('knife/knife10-elephant3.png'))
  expect(cuesOf('ILSVRC2012_val_00000001.JPEG')).toBeNull()
})

it('measures shape bias and the consistency with people, also from a bundle', async () => {
  const setting = await world()
  const { client } = setting.engine
  const root = join(setting.folder, 'stimuli', 'style-transfer-preprocessed-512')
  const names = images(root)
  const decided = {
    'subject-01': names.map((name): [string, string] => [name, cuesOf(`${name}.png`)?.shape ?? '']),
    'subject-02': names.map((name, at): [string, string] => [
      name,
      at % 2 === 0 ? 'na' : (cuesOf(`${name}.png`)?.texture ?? ''),
    ]),
  }
  const raw = join(setting.folder, 'stimuli', 'raw-data', 'cue-conflict')
  mkdirSync(raw, { recursive: true })
  for (const [subject, decisions] of Object.entries(decided))
    writeFileSync(join(raw, `cue-conflict_${subject}_session_1.csv`), csv(subject, decisions))
  writeFileSync(join(raw, 'cue-conflict_resnet50_session-1.csv'), csv('resnet50', []))
  expect(await detectLayout(root)).toMatchObject({ recognised: 'cue-conflict', classes: categories })

  const datasetId = await addDataset(client, root)
  const modelIds = [setting.models.small]
  const { id, params } = await runStudy(client, { kind: 'cue-conflict', modelIds, datasetId })
  expect(params['humans']).toHaveLength(2)
  await expectSameApart(setting.engine, id)
  const result = await client.studies.result({ id })
  const labels = z
    .array(z.string())
    .parse(JSON.parse(readFileSync(resourcePath('sample', 'labels.json'), 'utf8')))
  const facts = query<{ name: string; predicted: number }>(
    setting,
    `SELECT i.name, p.predicted FROM fact p JOIN image i ON i.example_id = p.example_id`,
  ).map(({ name, predicted }) => ({
    ...cuesOf(name),
    name: conflictName(name),
    decision: labels[predicted] ?? '',
  }))
  expect(facts).toHaveLength(9)
  // Only the three categories can be named, though the network has sixteen outputs.
  expect(facts.every(({ decision }) => categories.some((name) => name === decision))).toBe(true)
  const conflicts = facts.filter(({ shape, texture }) => shape !== texture)
  const shape = conflicts.filter((fact) => fact.decision === fact.shape).length
  const texture = conflicts.filter((fact) => fact.decision === fact.texture).length
  const [row] = tableOf(result.tables, 'shape-bias').rows
  expect(row).toMatchObject({ n: 9, conflicts: 6, shape, texture, bias: shape / (shape + texture) })
  expect(result.conditions[0]?.top1).toBe(row?.['accuracy'])

  const agree = (subject: keyof typeof decided) => {
    const pairs = decided[subject].map(([name, decision]) => {
      const fact = facts.find((one) => one.name === name)
      return [fact?.decision === fact?.shape, decision === fact?.shape] as const
    })
    const share = (fits: (pair: readonly [boolean, boolean]) => boolean) => pairs.filter(fits).length / 9
    const [p, q, c] = [
      share(([own]) => own),
      share(([, other]) => other),
      share(([own, other]) => own === other),
    ]
    const e = p * q + (1 - p) * (1 - q)
    return c === 1 ? 1 : (c - e) / (1 - e)
  }
  const consistency = tableOf(result.tables, 'consistency').rows
  expect(consistency.map(({ model }) => model)).toEqual(['RepLK-3', 'Human: subject-01', 'Human: subject-02'])
  expect(consistency[0]?.['kappa']).toBeCloseTo((agree('subject-01') + agree('subject-02')) / 2, 12)
  expect(consistency[0]).toMatchObject({ people: 2, n: 9 })
  expect(consistency[1]).toMatchObject({ people: 1, bias: 1 })
  expect(result.figures[0]?.references).toMatchObject([{ label: 'People' }])

  const bundle = await bundleOf(setting.engine, id, join(setting.folder, 'cues.zip'))
  expect(await verify(setting.engine, bundle)).toMatchObject({ verdict: 'agrees' })

  // A file that is gone, or another one, is not read.
  const files = await findHumans(root)
  expect(await readHumans(root, files)).toHaveLength(2)
  const second = join(raw, 'cue-conflict_subject-02_session_1.csv')
  const people = async () => (await client.studies.result({ id })).figures[0]?.references ?? []
  writeFileSync(second, csv('subject-02', []))
  expect(await readHumans(root, files)).toBeNull()
  expect(await people()).toEqual([])
  writeFileSync(second, csv('subject-02', decided['subject-02']))
  expect(await people()).toHaveLength(1)
})
