import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { spearman } from '#shared/maths/rankCorrelation.ts'
import { cornerOf, inPixels } from '#shared/figures/kernelDistance.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { getModel } from '#engine/models/index.ts'
import { layersOf } from '#engine/studies/kinds/representation/measure.ts'
import { strengthAt } from '#engine/studies/kinds/noiseFrequency/calibration.ts'
import { looksLikeDino } from '#engine/studies/kinds/salientPatchDrop/saliencyModel.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

const numbers = z.array(z.number())
const golden = z
  .object({
    models: z.record(z.string(), z.string()),
    digests: z.array(z.string()),
    units: z.record(z.string(), z.array(numbers)),
    batchVariance: numbers,
    cka: z.array(numbers),
  })
  .parse(JSON.parse(readFileSync(new URL('goldens/letter.json', import.meta.url), 'utf8')))

let folder: string
let engine: Engine
let datasetId: number
/** Four images, for what costs most. */
let few: number
const models: Record<string, number> = {}
/** By image id. */
let digests: Map<number, string>

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine({ overrides: { provider: 'cpu' } })
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  datasetId = await addDataset(engine.client, sampleImages(folder, 1))
  few = await addDataset(engine.client, sampleImages(join(folder, 'few'), 1, 4))
  for (const name of ['replk3', 'replk7', 'replk31', 'resnet', 'vit'])
    models[name] = (await engine.client.models.add({ path: sampleModel(name) })).id
  const rows = db()
    .prepare<[], { id: number; digest: string }>(
      'SELECT i.id, lower(hex(s.digest)) AS digest FROM image i JOIN example s ON s.id = i.example_id',
    )
    .all()
  digests = new Map(rows.map((row) => [row.id, row.digest]))
})

afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const db = () => engine.session.open().workspace.db
const run = async (kind: string, names: string[], params: Record<string, unknown>, of = datasetId) =>
  (
    await runStudy(engine.client, {
      kind,
      params,
      modelIds: names.map((name) => models[name] ?? 0),
      datasetId: of,
    })
  ).id
const resultOf = (id: number) => engine.client.studies.result({ id })

describe('single units (tools/goldens/studies/letter.py)', () => {
  it('have the predictions of graphs without the branch: convolutions beside projections, attention and MLP', async () => {
    const id = await run('lesion', ['resnet', 'vit'], { samples: 1, step: 20, singles: false, units: true })
    const { conditions } = await resultOf(id)
    const found: Record<string, number[][]> = { resnet: [], vit: [] }
    for (const { modelId, key } of conditions.filter((one) => one.key.startsWith('unit='))) {
      const { rows } = await engine.client.studies.rows({ id, modelId, key })
      const name = modelId === models['vit'] ? 'vit' : 'resnet'
      found[name]?.push(
        golden.digests.map(
          (digest) => rows.find((row) => digests.get(row.imageId) === digest)?.predicted ?? -1,
        ),
      )
    }
    expect(found).toEqual(golden.units)
    const units = (await resultOf(id)).tables.find((table) => table.id === 'units')?.rows ?? []
    expect(units.map(({ branch, skip }) => `${branch}, ${skip}`)).toEqual([
      'convolutions, input',
      'convolutions, input',
      'convolutions, projection of the input',
      'convolutions, input',
      'convolutions, projection of the input',
      'convolutions, input',
      ...[1, 2, 3, 4].flatMap(() => ['attention, input', 'MLP, input']),
    ])
  })
})

describe('variance of batch means', () => {
  it('is the mean over batches of the first images, as PyTorch has it, and each batch is stored', async () => {
    const params = { images: 16, batch: 8, choice: 'first', order: 'batch-mean', normalise: false }
    const id = await run('feature-variance', ['replk3'], params)
    const { tables, complete } = await resultOf(id)
    expect(complete).toBe(true)
    const blocks = (tables[0]?.rows ?? []).filter(({ kind }) => kind === 'block')
    expect(blocks).toHaveLength(golden.batchVariance.length)
    golden.batchVariance.forEach((wanted, at) =>
      expect(Math.abs(Number(blocks[at]?.['variance']) / wanted - 1)).toBeLessThan(1e-3),
    )
    // The second batch is there already.
    const again = await runStudy(engine.client, {
      ...{ kind: 'feature-variance', datasetId, modelIds: [models['replk3'] ?? 0] },
      params: { ...params, seed: 9 },
    })
    expect(again.job?.progress).toMatchObject({ done: 16, cacheHits: 16 })
  })
})

describe('representation similarity', () => {
  it('is the CKA of numpy on the features of PyTorch, block by block, and 1 on the diagonal', async () => {
    const id = await run('representation-similarity', ['replk3', 'replk7'], { images: 16, batch: 16 })
    const { figures, tables, complete } = await resultOf(id)
    expect(complete).toBe(true)
    const [own, both] = figures.map(({ cells }) => cells)
    const blocks = async (name: string) => {
      const points = await layersOf(getModel(db(), models[name] ?? 0))
      return points.flatMap(({ kind }, at) => (kind === 'block' ? [at] : []))
    }
    const [rows, columns] = [await blocks('replk3'), await blocks('replk7')]
    const width = both?.columns.length ?? 0
    golden.cka.forEach((row, i) =>
      row.forEach((wanted, j) =>
        expect(both?.values[(rows[i] ?? 0) * width + (columns[j] ?? 0)]).toBeCloseTo(wanted, 4),
      ),
    )
    const side = own?.rows.length ?? 0
    for (let layer = 0; layer < side; layer++) expect(own?.values[layer * side + layer]).toBeCloseTo(1, 9)
    // Both ways, and the nearest layer is as similar from one side as from the other.
    expect(tables[0]?.rows).toHaveLength((both?.rows.length ?? 0) + width)
    expect(Math.max(...(tables[0]?.rows.slice(0, side) ?? []).map(({ cka }) => Number(cka)))).toBe(
      Math.max(...(tables[0]?.rows.slice(side) ?? []).map(({ cka }) => Number(cka))),
    )
    // Another model beside them computes only its own features.
    const again = await runStudy(engine.client, {
      ...{ kind: 'representation-similarity', datasetId, params: { images: 16, batch: 16 } },
      modelIds: ['replk3', 'resnet'].map((name) => models[name] ?? 0),
    })
    expect(again.job?.progress).toMatchObject({ done: 32, cacheHits: 16 })
  })
})

describe('kernels and robustness', () => {
  it('sets kernel distance and receptive field against what is lost, with rank correlations of the rows', async () => {
    const params = { corruptions: ['contrast'], severity: 5, fieldImages: 2 }
    const names = ['replk3', 'replk7', 'replk31', 'vit']
    const { tables, figures, complete, conditions } = await resultOf(
      await run('kernel-robustness', names, params),
    )
    expect(complete).toBe(true)
    const rows = tables.find((table) => table.id === 'models')?.rows ?? []
    // Larger kernels look farther; a ViT has none.
    const distances = rows.map(({ distance }) => distance)
    expect(Number(distances[0])).toBeLessThan(Number(distances[1]))
    expect(Number(distances[1])).toBeLessThan(Number(distances[2]))
    expect(distances[3]).toBeNull()
    const top1 = (at: number) => conditions[at]?.top1 ?? NaN
    rows.forEach(({ change }, at) => expect(change).toBeCloseTo(top1(2 * at + 1) - top1(2 * at), 12))
    const found = tables.find((table) => table.id === 'correlations')?.rows ?? []
    expect(found.map(({ models: count }) => count)).toEqual([3, 3, 4, 4])
    const wanted = spearman(
      rows.map(({ area }) => Number(area)),
      rows.map(({ change }) => Number(change)),
    )
    expect(found[2]?.['value']).toBe(wanted?.value ?? null)
    expect(figures.map(({ series }) => series.length)).toEqual([3, 4])
  })
})

describe('Table 4', () => {
  it('takes a surrogate by family of the target, squashes its images, and says what deviates', async () => {
    const { presets } = (await engine.client.studies.kinds()).find(({ id }) => id === 'transfer-attack') ?? {}
    const preset = presets?.find(({ id }) => id === 'paper')
    expect(preset).toMatchObject({
      perClass: 5,
      preprocessing: { name: 'as published', crop: 0.875, interpolation: 'bicubic' },
    })
    const params = { ...preset?.params, iterations: 1, epsilons: [0.03] }
    const id = await run('transfer-attack', ['resnet', 'vit', 'replk31'], params, few)
    const { tables, provenance } = await resultOf(id)
    const rows = (tables[0]?.rows ?? []).filter(({ epsilon }) => epsilon === 0.03)
    const titles = new Map((await engine.client.models.list()).map((model) => [model.id, model.title]))
    const [vit, large] = [titles.get(models['vit'] ?? 0), titles.get(models['replk31'] ?? 0)]
    expect(rows.map(({ surrogate }) => surrogate)).toEqual([vit, large, vit])
    expect(provenance.join(' ')).toContain(
      'Models with different surrogates are attacked with different images',
    )
    // The attack names the setup of its surrogate: another preprocessing gives other images.
    const attacks = () =>
      db()
        .prepare<[], string>(`SELECT transform FROM condition WHERE transform LIKE '%"taig-r"%'`)
        .pluck()
        .all()
    const before = attacks().length
    await run('transfer-attack', ['resnet'], { ...params, made: 'own' }, few)
    expect(attacks()).toHaveLength(before + 1)
  })

  it('names what the workspace lacks', async () => {
    const input = {
      ...{ kind: 'transfer-attack', datasetId, modelIds: [models['resnet'] ?? 0] },
      params: { surrogates: 'by-family', otherSurrogate: 999 },
    }
    await expect(engine.client.studies.run(input)).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND' })
  })
})

describe('salient patches', () => {
  it('say loudly that another model stands in for DINO', async () => {
    const input = {
      ...{ kind: 'salient-patch-drop', datasetId, modelIds: [models['replk3'] ?? 0] },
      params: { percents: [0, 50], modes: ['salient'] },
    }
    const { warnings } = await engine.client.studies.check(input)
    expect(warnings.map(({ message }) => message).join()).toMatch(/not the masks of the paper: .* stands in/)
    const { figures, provenance } = await resultOf((await runStudy(engine.client, input)).id)
    expect(figures[0]?.notes[0]).toMatch(/^Not the masks of the paper: /)
    expect(provenance.join(' ')).toContain('stands in for DINO ViT-S/16')
    // Head and layer that are chosen on purpose are no warning.
    const own = { ...input, params: { ...input.params, head: null } }
    expect((await engine.client.studies.check(own)).warnings).toEqual([])
  })

  it('know DINO by its size, and not DeiT-S with a classifier', () => {
    const dino = { family: 'ViT', parameters: 21_665_664, classes: 384 } as const
    expect(looksLikeDino(dino)).toBe(true)
    expect(looksLikeDino({ ...dino, parameters: 22_050_664, classes: 1000 })).toBe(false)
    expect(looksLikeDino({ ...dino, family: 'ResNet' })).toBe(false)
  })
})

describe('strength of noise', () => {
  it('is interpolated where the loss is reached first, from nothing at 0', () => {
    const tried = [
      { strength: 0.4, change: -0.02 },
      { strength: 0.8, change: -0.1 },
      { strength: 1, change: -0.04 },
    ]
    expect(strengthAt(tried, -0.05)).toBeCloseTo(0.4 + 0.4 * (0.03 / 0.08), 12)
    expect(strengthAt(tried, -0.01)).toBeCloseTo(0.2, 12)
    expect(strengthAt(tried, -0.2)).toBeNull()
  })

  it('is tried at 0.7π beside the bands, and its curve falls to the loss of the table', async () => {
    const id = await run('noise-frequency', ['replk3'], { centres: [700], strengths: [1, 10] })
    const { tables, figures, conditions } = await resultOf(id)
    expect(conditions.map(({ key }) => key)).toEqual(['clean', 'centre=700', 'strength=1', 'strength=10'])
    expect(tables.map((table) => table.id)).toEqual(['bands', 'calibration'])
    expect(tables[0]?.rows).toHaveLength(2)
    const [clean, , one, ten] = conditions.map(({ top1 }) => top1 ?? 0)
    const points = [one, ten].map((top1, at) => ({
      strength: [1, 10][at] ?? 0,
      change: (top1 ?? 0) - (clean ?? 0),
    }))
    expect(tables[1]?.rows[0]?.['epsilon']).toBe(strengthAt(points, -0.05))
    expect(figures.find((figure) => figure.id === 'calibration')?.series[0]?.points).toHaveLength(2)
  })
})

describe('units of distances', () => {
  it('of kernels are corner distances or pixels: the uniform kernel of 31 is 11.8556 px from its middle', async () => {
    expect(cornerOf({ kernel: 31 })).toBeCloseTo(15 * Math.SQRT2, 12)
    const [corner, pixels] = await Promise.all(
      ['corner', 'pixels'].map(async (unit) => {
        const input = { kind: 'kernel-attention', modelIds: [models['replk31'] ?? 0], params: { unit } }
        return (await resultOf((await runStudy(engine.client, input)).id)).tables[0]?.rows ?? []
      }),
    )
    expect(corner?.length).toBeGreaterThan(0)
    corner?.forEach((row, at) => {
      const of = { kernel: Number(row['kernel']) }
      expect(pixels?.[at]?.['median']).toBeCloseTo(Number(row['median']) * cornerOf(of), 9)
    })
    const known = { 31: 11.8556, 27: 10.3244, 13: 4.9611, 7: 2.6525 }
    for (const [kernel, wanted] of Object.entries(known)) {
      const row = pixels?.find((one) => String(one['kernel']) === kernel)
      if (row) expect(row['uniform']).toBeCloseTo(wanted, 3)
    }
    expect(pixels?.some(({ kernel }) => String(kernel) in known)).toBe(true)
    expect(inPixels({ ...layer, kernel: 3 }).distance[0]).toBeCloseTo(Math.SQRT2 / 2, 12)
  })

  it('of attention are pixels or patches', async () => {
    const found = await Promise.all(
      ['pixels', 'patches'].map(async (unit) => {
        const id = await run('attention-distance', ['vit'], { images: 4, unit })
        return (await resultOf(id)).figures[0]?.series[0]?.points ?? []
      }),
    )
    const [pixels = [], patches = []] = found
    expect(pixels.length).toBeGreaterThan(0)
    // ViT-8 has patches of 8 px.
    pixels.forEach(({ y }, at) => expect(patches[at]?.y).toBeCloseTo(Number(y) / 8, 9))
    const [, key = ''] = String(patches[0]?.ref).split('|')
    const id = await run('attention-distance', ['vit'], { images: 4, unit: 'patches' })
    const { rows } = await engine.client.studies.flips({
      id,
      modelId: models['vit'] ?? 0,
      key,
      direction: 'largest',
    })
    expect(rows.length).toBe(4)
  })
})

const layer = {
  ...{ index: 0, node: '', weight: '', channels: 1, stride: 1, uniform: 0.5 },
  ...{ distance: [0.5], order: [0], skipped: [], beside: null, min: 0, max: 0 },
}
