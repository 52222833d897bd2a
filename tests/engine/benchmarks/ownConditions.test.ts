import { cpSync, mkdirSync, readdirSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { pairingName } from '#engine/studies/benchmarks/ownConditions/pairing.ts'
import { mcnemar } from '#shared/maths/mcnemar.ts'
import { bundleOf, verify } from '../bundles/forge.ts'
import { addDataset, runStudy, sampleImages } from '../studies/sample.ts'
import { sampleWorkspace } from '../studies/workspace.ts'

describe('the name by which images pair', () => {
  it.each([
    ['near/cat/1.jpg', 'cat', 'cat/1'],
    ['a/near/cat/day 2/1.b.png', 'cat', 'cat/day 2/1.b'],
    ['val/cat/cat/1.png', 'cat', 'cat/1'],
    ['flat.v1.png', 'cat', 'cat/flat.v1'],
    ['cat', 'cat', 'cat/cat'],
  ])('of %s in class %s is %s', (name, className, wanted) => {
    expect(pairingName(name, className)).toBe(wanted)
  })
})

it('compares folders with a baseline picture by picture, and names and counts what does not pair', async () => {
  const { client, engine, folder, modelIds, datasetId: clean } = await sampleWorkspace('replk3', 'replk7')
  const root = join(folder, 'mine')
  const images = sampleImages(join(folder, 'more'), 2, 8)
  const [first = '', second = ''] = readdirSync(images).sort()
  // The same bytes as the clean images, and the images of the class before under each name.
  cpSync(images, join(root, 'same'), { recursive: true })
  cpSync(images, join(root, 'turned'), { recursive: true })
  const classes = readdirSync(images).sort()
  mkdirSync(join(root, 'rest'))
  for (const name of classes) renameSync(join(root, 'turned', name), join(root, 'rest', name))
  for (const [at, name] of classes.entries())
    cpSync(join(root, 'rest', classes.at(at - 1) ?? ''), join(root, 'turned', name), { recursive: true })
  for (const name of classes)
    for (const [at, file] of readdirSync(join(root, 'turned', name))
      .sort()
      .entries())
      renameSync(
        join(root, 'turned', name, file),
        join(root, 'turned', name, readdirSync(join(root, 'same', name)).sort()[at] ?? ''),
      )
  const [lost = ''] = readdirSync(join(root, 'turned', first)).sort()
  renameSync(join(root, 'turned', first, lost), join(root, 'turned', first, 'alone.webp'))
  const json = {
    format: 'kernelscope-conditions',
    version: 1,
    axis: 'Turn',
    levels: [{ folder: 'turned' }, { folder: 'absent' }],
    baseline: 'same',
  }
  writeFileSync(join(root, 'conditions.json'), JSON.stringify(json))
  const datasetId = await addDataset(client, root)
  expect(await client.datasets.get({ id: datasetId })).toMatchObject({ recognised: 'conditions' })

  const before = await runStudy(client, { kind: 'clean-accuracy', params: {}, modelIds, datasetId: clean })
  expect(before.job?.progress.cacheHits).toBe(0)
  const { id, job, params } = await runStudy(client, {
    kind: 'own-conditions',
    params: {},
    modelIds,
    datasetId,
  })
  // Facts are of bytes: one image of each class was measured as a clean one, and both folders have the same files.
  expect(job?.progress.cacheHits).toBeGreaterThanOrEqual(2 * classes.length)
  expect(params).toMatchObject({ clean: null, file: json })

  const result = await client.studies.result({ id })
  expect(result.complete).toBe(true)
  const tableOf = (name: string) => result.tables.find((table) => table.id === name)?.rows ?? []
  expect(tableOf('pairing')).toEqual([
    {
      ...{ condition: 'turned', folder: 'turned', both: 15, onlyLevel: 1, onlyBaseline: 1, twice: 0 },
      first: expect.stringContaining(`${first}/alone`),
    },
  ])
  const notes = result.provenance.join(' ')
  expect(notes).toContain(`turned: 1 without a picture in the baseline: ${first}/alone.`)
  expect(notes).toContain('Without images: absent.')
  expect(second).not.toBe(first)

  // The change over pairs, counted again from the predictions of each image.
  for (const [at, modelId] of modelIds.entries()) {
    const verdicts = async (part: string) => {
      const { rows } = await client.datasets.images({ datasetId, filter: { parts: [part] }, limit: 100 })
      const found = new Map<string, boolean>()
      for (const row of rows) {
        const { predictions } = await client.datasets.image({ id: row.id })
        const own = predictions.find((one) => one.modelId === modelId)
        found.set(pairingName(row.name, row.className ?? ''), own?.correct === true)
      }
      return found
    }
    const [base, turned] = [await verdicts('same'), await verdicts('turned')]
    const pairs = [...turned].flatMap(([name, now]) => {
      const was = base.get(name)
      return was === undefined ? [] : [{ was, now }]
    })
    const [gone, gained] = [
      pairs.filter(({ was, now }) => was && !now).length,
      pairs.filter(({ was, now }) => !was && now).length,
    ]
    expect(tableOf('against-baseline')[at]).toMatchObject({
      ...{ n: pairs.length, lost: gone, gained, p: mcnemar(gone, gained) },
      change: expect.closeTo((gained - gone) / pairs.length, 12),
    })
  }
  // Models are compared too, on the images that both have.
  expect(result.tests.map(({ key, n }) => [key, n])).toEqual([
    ['baseline', 16],
    ['level=turned', 16],
  ])
  const bundle = await bundleOf(engine, id, join(folder, 'own.zip'))
  expect(await verify(engine, bundle, { sample: 8 })).toMatchObject({ verdict: 'agrees' })

  // Another dataset as the baseline; and a dataset without conditions is refused.
  const other = await runStudy(client, { kind: 'own-conditions', params: { clean }, modelIds, datasetId })
  const { tables, conditions } = await client.studies.result({ id: other.id })
  expect(conditions[0]).toMatchObject({ key: 'baseline', n: 8 })
  expect(tables.find((table) => table.id === 'pairing')?.rows[0]).toMatchObject({ both: 7 })
  await expect(
    client.studies.cost({ kind: 'own-conditions', params: {}, modelIds, datasetId: clean, sample: null }),
  ).rejects.toMatchObject({ code: 'STUDY_PARAMS', message: expect.stringContaining('conditions.json') })
})
