import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { expect, it, onTestFinished } from 'vitest'
import { createImagePool, type Geometry } from '#engine/images/index.ts'
import { mcnemar } from '#shared/maths/mcnemar.ts'
import { conditionTransform, pipelineFile, type PixelTransform } from '#shared/transforms/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { bundleOf, verify } from '../bundles/forge.ts'
import { runStudy } from './sample.ts'
import { sampleWorkspace } from './workspace.ts'

const corruption = (name: string, more: object = {}) => ({ op: 'corruption', name, ...more })
const std: [number, number, number] = [0.2, 0.3, 0.4]
const transformOf = (...steps: unknown[]) => conditionTransform(pipelineFile.parse({ steps }).steps, std)

const wide = join(import.meta.dirname, '../images/goldens/geometry/wide.jpg')
const shrunk: Geometry = { size: [64, 60], resize: 'shorter', resizeTo: 70, interpolation: 'bilinear' }
const asIs: Geometry = { ...shrunk, resize: 'none', resizeTo: null }
const moved = { op: 'perturbation', name: 'translate', frame: 40 }

it('gives the pixels of its steps when each is applied to a file of the pixels before', async () => {
  const folder = temporaryFolder()
  const pool = createImagePool({ workers: 1, cacheBytes: 0 })
  onTestFinished(() => pool.close())
  const raw = async (path: string, preprocessing: Geometry, transform: PixelTransform) =>
    sharp(await pool.input({ path, imageKey: 'one', preprocessing, transform }))
      .raw()
      .toBuffer()
  for (const steps of [
    [moved, corruption('shot_noise', { jpeg: false }), { op: 'patchDrop', percent: 40 }],
    [corruption('fog'), corruption('fog', { seed: 1 }), { op: 'perturbation', name: 'rotate', frame: 25 }],
  ]) {
    let [path, preprocessing] = [wide, shrunk]
    for (const [at, step] of steps.entries()) {
      const png = await pool.input({ path, imageKey: 'one', preprocessing, transform: transformOf(step) })
      path = join(folder, `${at}.png`)
      preprocessing = asIs
      writeFileSync(path, png)
    }
    expect(await raw(wide, shrunk, transformOf(...steps))).toEqual(await sharp(path).raw().toBuffer())
  }
})

it('has the facts of other studies where it has one step, and its own tests of pairs where it has several', async () => {
  const { client, engine, folder, modelIds, datasetId } = await sampleWorkspace('replk3')
  const input = { modelIds, datasetId }
  const cells = async (kind: string, params: Record<string, unknown>) => {
    const { id, job } = await runStudy(client, { ...input, kind, params })
    return { id, progress: job?.progress, ...(await client.studies.result({ id })) }
  }
  for (const [kind, params, step, sweep] of [
    [
      'imagenet-c',
      { corruptions: ['glass_blur'], severities: [2, 5] },
      corruption('glass_blur'),
      { parameter: 'severity', values: [5, 2] },
    ],
    [
      'random-patch-drop',
      { percents: [0, 30, 60], repeats: 1 },
      { op: 'patchDrop' },
      { parameter: 'percent', values: [30, 60] },
    ],
    ['noise-frequency', { centres: [300] }, { op: 'bandNoise' }, { parameter: 'centre', values: [300] }],
  ] as const) {
    const alone = await cells(kind, params)
    const pipeline = await cells('pipeline', { pipeline: { steps: [step], sweep: { step: 1, ...sweep } } })
    const idsOf = ({ conditions }: typeof alone) =>
      conditions.map(({ conditionIds, correct }) => [conditionIds, correct])
    expect(idsOf(pipeline)).toEqual(idsOf(alone))
    expect(pipeline.progress).toMatchObject({ cacheHits: 16 * pipeline.conditions.length })
  }

  const steps = [
    corruption('defocus_blur', { severity: 1 }),
    corruption('contrast', { severity: 4 }),
    { op: 'bandNoise' },
  ]
  const several = await cells('pipeline', {
    pipeline: { steps, sweep: { step: 3, parameter: 'epsilon', values: [0.5, 1] } },
  })
  expect(several).toMatchObject({ complete: true, axis: 'Strength of band noise' })
  expect(several.conditions.map(({ x }) => x)).toEqual([null, 0.5, 1])
  expect(several.figures.map(({ series }) => series[0]?.points.map(({ x }) => x))).toEqual([
    [0.5, 1],
    [0.5, 1],
  ])
  const [clean, ...others] = several.conditions
  const tests = several.tables.find(({ id }) => id === 'against-baseline')?.rows ?? []
  expect(tests).toHaveLength(2)
  for (const [at, row] of tests.entries()) {
    const [lost, gained] = [Number(row['lost']), Number(row['gained'])]
    expect(gained - lost).toBe((others[at]?.correct ?? NaN) - (clean?.correct ?? NaN))
    expect(row['change']).toBeCloseTo((gained - lost) / 16, 12)
    expect(row['p']).toBe(mcnemar(lost, gained))
  }
  const bundle = await bundleOf(engine, several.id, join(folder, 'pipeline.zip'))
  expect(await verify(engine, bundle, { sample: 24 })).toMatchObject({ verdict: 'agrees' })
})
