import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { percentileInterval, resamples } from '#engine/metrics/index.ts'
import { classSets } from '#shared/classSets.ts'
import { imagenetC19 } from '#shared/transforms/index.ts'
import { expectSameApart } from '../studies/apart.ts'
import { addDataset, jobEnd, runStudy } from '../studies/sample.ts'
import { query, suite, tableOf, world } from './world.ts'

describe('ImageNet-C', () => {
  it('computes mCE, relative mCE and mean accuracy of published parts by their definitions', async () => {
    const setting = await world()
    const { client } = setting.engine
    const { small, large } = setting.models
    const val = suite('val', join(setting.folder, 'val'), 1)
    await addDataset(client, val)
    // Every part shows the clean images, so every cell must have the clean accuracy.
    const root = join(setting.folder, 'C')
    for (const name of imagenetC19)
      for (const severity of [1, 2, 3, 4, 5])
        cpSync(val, join(root, name, String(severity)), { recursive: true })
    // The first picture of one part is found later than its others, so that this part has another order.
    const [late = ''] = readdirSync(val, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.png'),
    )
    rmSync(join(root, 'snow', '2', late))
    const datasetId = await addDataset(client, root)
    cpSync(join(val, late), join(root, 'snow', '2', late))
    await jobEnd(client, (await client.datasets.reindex({ id: datasetId })).jobId)
    const { id } = await runStudy(client, {
      kind: 'imagenet-c',
      modelIds: [large, small],
      datasetId,
      params: { baseline: small },
    })
    await expectSameApart(setting.engine, id)
    const { conditions, tables, complete } = await client.studies.result({ id })
    expect(complete).toBe(true)
    expect(conditions).toHaveLength(2 * 96)
    const errors = [large, small].map((modelId) => {
      const cells = conditions.filter((cell) => cell.modelId === modelId)
      expect(new Set(cells.map(({ correct }) => correct)).size).toBe(1)
      expect(new Set(cells.map(({ n }) => n))).toEqual(new Set([16]))
      return 1 - (cells[0]?.top1 ?? 0)
    })
    const [own = 0, base = 0] = errors
    const [row, baseRow] = tableOf(tables, 'summary').rows
    expect(row?.['mce']).toBeCloseTo((100 * own) / base, 9)
    expect(row?.['mean5']).toBeCloseTo(1 - own, 12)
    expect(row?.['relative']).toBeNull()
    // In every resample each model has the same error under all corruptions, so the score is a ratio of two shares.
    const wrong = await Promise.all(
      [large, small].map(async (modelId) => {
        const { rows } = await client.studies.rows({ id, modelId, key: 'fog,severity=3' })
        return rows.map(({ correct }) => (correct ? 0 : 1))
      }),
    )
    const share = (of: number, indices: Uint32Array) =>
      indices.reduce((sum, index) => sum + (wrong[of]?.[index] ?? 0), 0) / indices.length
    // The same resamples over the same pictures in the same order. Resamples without a mistake of the baseline have no rate.
    const rates = Array.from(resamples(16, 0, 1000), (indices) =>
      share(1, indices) === 0 ? [] : [(100 * share(0, indices)) / share(1, indices)],
    )
    const expected = percentileInterval(rates.flat(), 0.95)
    expect(row?.['mceLo']).toBeCloseTo(expected?.lo ?? 0, 9)
    expect(row?.['mceHi']).toBeCloseTo(expected?.hi ?? 0, 9)
    expect(baseRow?.['mceLo']).toBeNull()
    const ce = tableOf(tables, 'corruptions').rows[0]
    expect(ce?.[`m${large}Lo`]).toBeCloseTo(expected?.lo ?? 0, 9)
    expect(baseRow?.['mce']).toBeCloseTo(100, 9)
    expect(tableOf(tables, 'corruptions').title).toContain('RepLK-3 = 100')
  })

  it.each([
    [32, { perClass: 2, seed: 5 }],
    [20, { images: 20, seed: 5 }],
  ] as const)('samples the same %i pictures in every part', async (pictures, sample) => {
    const setting = await world()
    const { client } = setting.engine
    const val = suite('val', join(setting.folder, 'val'), 4)
    const root = join(setting.folder, 'C')
    for (const severity of [1, 3, 5]) cpSync(val, join(root, 'fog', String(severity)), { recursive: true })
    const datasetId = await addDataset(client, root)
    const study = await client.studies.store({
      kind: 'imagenet-c',
      modelIds: [setting.models.small],
      datasetId,
      sample,
    })
    const chosen = query<{ part: string; picture: string }>(
      setting,
      `SELECT i.part, substr(i.name, length(i.part) + 2) AS picture FROM study_image si JOIN image i ON i.id = si.image_id
       WHERE si.study_id = ? ORDER BY picture`,
      study.id,
    )
    const parts = [...Map.groupBy(chosen, ({ part }) => part).values()].map((rows) =>
      rows.map(({ picture }) => picture),
    )
    expect(parts).toHaveLength(3)
    expect(parts[0]).toHaveLength(pictures)
    for (const part of parts) expect(part).toEqual(parts[0])
  })

  it('gives partial values and no mean where parts are missing', async () => {
    const setting = await world()
    const { client } = setting.engine
    const val = suite('val', join(setting.folder, 'val'), 1)
    const root = join(setting.folder, 'C')
    for (const severity of [1, 2, 3, 4, 5])
      cpSync(val, join(root, 'fog', String(severity)), { recursive: true })
    cpSync(val, join(root, 'snow', '5'), { recursive: true })
    const datasetId = await addDataset(client, root)
    const { id } = await runStudy(client, {
      kind: 'imagenet-c',
      modelIds: [setting.models.small],
      datasetId,
      params: { baseline: setting.models.small },
    })
    const { conditions, tables } = await client.studies.result({ id })
    expect(conditions).toHaveLength(6)
    const [row] = tableOf(tables, 'summary').rows
    expect(row).toMatchObject({ mce: null, mean5: null, error: null })
    const ce = new Map(tableOf(tables, 'corruptions').rows.map((entry) => [entry['corruption'], entry]))
    expect(ce.get('fog')?.[`m${setting.models.small}`]).toBeCloseTo(100, 9)
    expect(ce.get('snow')?.[`m${setting.models.small}`]).toBeNull()
  })

  it('makes corruptions from plain images, notes it, and compares them with no published baseline', async () => {
    const setting = await world()
    const { client } = setting.engine
    const datasetId = await addDataset(client, suite('val', join(setting.folder, 'val'), 1))
    const { id } = await runStudy(client, {
      kind: 'imagenet-c',
      modelIds: [setting.models.small],
      datasetId,
      params: { corruptions: ['contrast', 'gaussian_noise'], severities: [5], seed: 3 },
    })
    const { conditions, tables, provenance, figures } = await client.studies.result({ id })
    expect(conditions.map(({ key }) => key)).toEqual([
      'clean',
      'gaussian_noise,severity=5',
      'contrast,severity=5',
    ])
    expect(provenance.join(' ')).toContain('Made here, seed 3')
    const summary = tableOf(tables, 'summary')
    expect(summary.rows[0]).toMatchObject({ mce: null, mean5: null })
    // A part of the benchmark has its own numbers, whose titles say what they are the mean of.
    const [, noise, contrast] = conditions.map(({ top1 }) => top1 ?? 0)
    const mean = ((noise ?? 0) + (contrast ?? 0)) / 2
    expect(summary.rows[0]?.['chosen']).toBeCloseTo(mean, 12)
    expect(summary.columns.find(({ key }) => key === 'chosen')?.title).toContain('2 corruptions, severity 5')
    expect(provenance.join(' ')).toContain('A part of the benchmark (2 corruptions, severity 5)')
    const [accuracy, errors] = figures
    expect(accuracy?.title).toContain('2 corruptions, severity 5')
    expect(accuracy?.series[0]?.points[0]?.y).toBeCloseTo(mean, 12)
    expect(accuracy?.series[0]?.points[0]?.lo).toBeLessThanOrEqual(mean)
    const bars = errors?.series[0]?.points.map(({ y }) => y ?? 0) ?? []
    expect(bars).toHaveLength(2)
    expect(bars[0]).toBeCloseTo(1 - (noise ?? 0), 12)
    expect(bars[1]).toBeCloseTo(1 - (contrast ?? 0), 12)
    expect(tableOf(tables, 'worst').rows.every((row) => row['taken'] !== row['class'])).toBe(true)
    expect(figures.flatMap(({ series }) => series).every(({ origin }) => origin === 'measured')).toBe(true)
  })

  it('blends given pictures of ice, keeps them, names them, and refuses a folder without them', async () => {
    const setting = await world()
    const { client } = setting.engine
    const datasetId = await addDataset(client, suite('val', join(setting.folder, 'val'), 1))
    const folder = join(setting.folder, 'frost')
    mkdirSync(folder)
    const input = {
      kind: 'imagenet-c',
      modelIds: [setting.models.small],
      datasetId,
      params: { corruptions: ['frost'], severities: [5], icePictures: folder },
    }
    await expect(client.studies.run(input)).rejects.toMatchObject({
      code: 'STUDY_PARAMS',
      message: expect.stringContaining('has no frost1.png or frost1.jpg'),
    })
    for (const [at, ending] of ['png', 'png', 'PNG', 'jpg', 'jpeg'].entries()) {
      const made = sharp({
        create: { width: 260, height: 240, channels: 3, background: { r: 40 * at, g: 9, b: 9 } },
      })
      await (at < 3 ? made.png() : made.jpeg()).toFile(join(folder, `frost${at + 1}.${ending}`))
    }
    const { id } = await runStudy(client, input)
    const digests = readdirSync(folder)
      .sort()
      .map((name) =>
        createHash('sha256')
          .update(readFileSync(join(folder, name)))
          .digest('hex'),
      )
    const [{ transform } = { transform: '' }] = query<{ transform: string }>(
      setting,
      `SELECT transform FROM condition WHERE transform LIKE '%"frost"%'`,
    )
    expect(JSON.parse(transform)).toMatchObject({ ice: digests })
    const { provenance, figures, complete } = await client.studies.result({ id })
    expect(complete).toBe(true)
    const said = `Frost uses five given pictures (sha256 ${digests.map((one) => one.slice(0, 8)).join(', ')}) whose sizes or colours are not those of the published ones.`
    expect(provenance.join(' ')).toContain(said)
    expect(figures[0]?.notes.join(' ')).toContain(said)
    // They are kept with the workspace: the folder is not needed any more.
    rmSync(folder, { recursive: true })
    const again = await client.studies.rerun({ id })
    expect((await jobEnd(client, again.job?.id ?? 0)).progress).toMatchObject({ failed: 0, cacheHits: 32 })
    const kept = setting.engine.session.open().workspace.draws
    expect(readdirSync(kept).sort()).toEqual(digests.map((digest) => `${digest}.ice`).sort())
  })

  it('names the ice of frost in a new study', async () => {
    const setting = await world()
    const { client } = setting.engine
    const datasetId = await addDataset(client, suite('val', join(setting.folder, 'val'), 1))
    const { id } = await runStudy(client, {
      kind: 'imagenet-c',
      modelIds: [setting.models.small],
      datasetId,
      params: { corruptions: ['frost'], severities: [5] },
    })
    const frosts = () =>
      query<{ transform: string }>(
        setting,
        `SELECT transform FROM condition WHERE transform LIKE '%"frost"%'`,
      )
    expect((await client.studies.result({ id })).provenance.join(' ')).toContain('contrast of the published')
    expect(frosts().map(({ transform }) => transform.includes('"ice":"matched"'))).toEqual([true])
  })
})

describe('ImageNet-P', () => {
  it('counts flips over published frames, relative to the frame before, or for noise to the first', async () => {
    const setting = await world()
    const { client } = setting.engine
    const val = suite('val', join(setting.folder, 'val'), 2)
    const pictures = readdirSync(val)
      .sort()
      .flatMap((name) =>
        readdirSync(join(val, name))
          .sort()
          .map((file) => join(val, name, file)),
      )
    // Two sequences of six different pictures under a noise and a motion: flips depend on the predictions alone.
    const root = join(setting.folder, 'P')
    const order = [
      [0, 7, 7, 0, 21, 13],
      [3, 3, 11, 30, 11, 3],
    ]
    for (const perturbation of ['gaussian_noise', 'rotate'])
      for (const [sequence, frames] of order.entries()) {
        const folder = join(root, perturbation, 'n01530575', `s${sequence}`)
        mkdirSync(folder, { recursive: true })
        // Frame 10 sorts before frame 9 by name: frames must be sorted by number.
        for (const [place, picture] of frames.entries())
          cpSync(pictures[picture] ?? '', join(folder, `frame_${place + 6}.png`))
      }
    const datasetId = await addDataset(client, root)
    const modelId = setting.models.small
    const { id } = await runStudy(client, {
      kind: 'imagenet-p',
      modelIds: [modelId],
      datasetId,
      params: { distances: [2, 1, 1, 1, 1, 1, 1, 4, 1, 1] },
    })
    const said = new Map(
      query<{ name: string; predicted: number }>(
        setting,
        'SELECT i.name, p.predicted FROM image i JOIN fact p ON p.example_id = i.example_id WHERE i.dataset_id = ?',
        datasetId,
      ).map(({ name, predicted }) => [name, predicted]),
    )
    const share = (perturbation: string, reference: (place: number) => number) => {
      const flips = order.map((frames, sequence) => {
        const classes = frames.map((_, place) =>
          said.get(`${perturbation}/n01530575/s${sequence}/frame_${place + 6}.png`),
        )
        return classes.slice(1).filter((k, index) => k !== classes[reference(index + 1)]).length / 5
      })
      return ((flips[0] ?? 0) + (flips[1] ?? 0)) / 2
    }
    await expectSameApart(setting.engine, id)
    const { tables, provenance } = await client.studies.result({ id })
    const rows = new Map(tableOf(tables, 'perturbations').rows.map((row) => [row['perturbation'], row]))
    expect(rows.get('gaussian_noise')).toMatchObject({
      sequences: 2,
      flips: share('gaussian_noise', () => 0),
    })
    expect(rows.get('rotate')).toMatchObject({ sequences: 2, flips: share('rotate', (place) => place - 1) })
    expect(rows.get('rotate')?.['rate']).toBeCloseTo((100 * Number(rows.get('rotate')?.['flips'])) / 0.131, 9)
    // The given baseline distance of the seventh perturbation is 4.
    expect(rows.get('rotate')?.['t5d']).toBeCloseTo((100 * Number(rows.get('rotate')?.['distance'])) / 4, 9)
    expect(Number(rows.get('rotate')?.['distanceLo'])).toBeLessThanOrEqual(
      Number(rows.get('rotate')?.['distance']),
    )
    const flipped = tableOf(tables, 'worst').rows.map((row) => Number(row['flips']))
    expect(flipped).toEqual(flipped.toSorted((a, b) => b - a))
    expect(rows.get('translate')).toMatchObject({ sequences: 0, flips: null })
    expect(tableOf(tables, 'summary').rows[0]).toMatchObject({ mfr: null })
    expect(provenance.join(' ')).toContain('AlexNet')
  })

  it.skipIf(spawnSync('ffmpeg', ['-version']).error !== undefined)(
    'reads frames from videos, and lists a damaged video as an unreadable image',
    async () => {
      const setting = await world()
      const { client } = setting.engine
      const folder = join(setting.folder, 'videos', 'rotate', 'n01530575')
      mkdirSync(folder, { recursive: true })
      const made = spawnSync('ffmpeg', [
        ...['-v', 'error', '-f', 'lavfi', '-i', 'testsrc=size=96x96:rate=1', '-frames:v', '5'],
        join(folder, 'a.mp4'),
      ])
      expect(made.status).toBe(0)
      writeFileSync(join(folder, 'broken.mp4'), 'no video')
      const datasetId = await addDataset(client, join(setting.folder, 'videos'))
      expect(await client.datasets.get({ id: datasetId })).toMatchObject({
        recognised: 'imagenet-p',
        images: 6,
        unreadable: 1,
        parts: [{ name: 'rotate', images: 6 }],
      })
      const { id } = await runStudy(client, {
        kind: 'imagenet-p',
        modelIds: [setting.models.small],
        datasetId,
      })
      const { tables } = await client.studies.result({ id })
      const rotate = tableOf(tables, 'perturbations').rows.find((row) => row['perturbation'] === 'rotate')
      expect(rotate).toMatchObject({ sequences: 1 })
      expect(rotate?.['flips']).toBeTypeOf('number')
    },
  )

  it('makes sequences from plain images, one condition per frame, and gives raw values only', async () => {
    const setting = await world()
    const { client } = setting.engine
    const datasetId = await addDataset(client, suite('val', join(setting.folder, 'val'), 1))
    const { id } = await runStudy(client, {
      kind: 'imagenet-p',
      modelIds: [setting.models.small],
      datasetId,
      params: { perturbations: ['translate'], stride: 20 },
      sample: { perClass: 1, seed: 0 },
    })
    const { conditions, tables, figures } = await client.studies.result({ id })
    expect(conditions.map(({ key }) => key)).toEqual([
      'translate,frame=0',
      'translate,frame=20',
      'translate,frame=40',
    ])
    const [row] = tableOf(tables, 'perturbations').rows
    expect(row).toMatchObject({ perturbation: 'translate', sequences: 16, rate: null })
    expect(Number(row?.['flips'])).toBeGreaterThan(0)
    // The mean over the one chosen perturbation, with its interval.
    expect(figures[0]).toMatchObject({
      id: 'imagenet-p-raw',
      notes: expect.arrayContaining(['Raw values: nothing counts as 100 here.']) as string[],
    })
    const { metrics, models } = await client.studies.ranking({})
    expect(metrics.map(({ key }) => key)).toEqual(['made-p.flips', 'made-p.distance'])
    const [flips] = models.find(({ modelId }) => modelId === setting.models.small)?.values ?? []
    expect(flips?.value).toBe(row?.['flips'])
    expect(flips?.interval?.lo).toBeLessThanOrEqual(flips?.value ?? 0)
    expect(flips?.interval?.hi).toBeGreaterThanOrEqual(flips?.value ?? 1)
  })
})

describe('the suite', () => {
  it('plans what the datasets allow, runs it once, and ranks the models', async () => {
    const setting = await world()
    const { client } = setting.engine
    await addDataset(client, suite('val', join(setting.folder, 'val'), 1))
    const modelIds = [setting.models.large, setting.models.small]
    const plan = await client.studies.suiteCost({ modelIds, preset: 'quick' })
    expect(plan.entries.map(({ input }) => input.kind)).toEqual([
      'clean-accuracy',
      'imagenet-c',
      'imagenet-p',
    ])
    expect(plan.missing.map(({ kind }) => kind)).toEqual([
      'imagenet-a',
      'imagenet-o',
      'imagenet-r',
      'imagenet-9',
      ...classSets.map(({ id }) => id),
      'imagenet-c-bar',
      'imagenet-3dcc',
      'cue-conflict',
      'objectnet',
      'imagenet-real',
    ])
    expect(await client.studies.list()).toEqual([])
    const input = { modelIds, kinds: ['clean-accuracy'] }
    const first = await client.studies.suite(input)
    const again = await client.studies.suite(input)
    expect(again.studies.map(({ id }) => id)).toEqual(first.studies.map(({ id }) => id))
    await runStudy(client, { kind: 'clean-accuracy', modelIds, datasetId: 1 })
    const { metrics, models } = await client.studies.ranking({ reference: setting.models.small })
    expect(metrics).toMatchObject([{ key: 'clean-accuracy.top1', better: 'higher' }])
    const [small, large] = [setting.models.small, setting.models.large].map(
      (id) => models.find(({ modelId }) => modelId === id)?.values[0],
    )
    expect(small?.delta).toBe(0)
    expect(large?.delta).toBeCloseTo((large?.value ?? 0) - (small?.value ?? 0), 12)
    // Values of other images get their own column, and no difference is taken between different images.
    const other = await addDataset(client, suite('R', join(setting.folder, 'other'), 1))
    await runStudy(client, { kind: 'clean-accuracy', modelIds: [setting.models.large], datasetId: other })
    const both = await client.studies.ranking({ reference: setting.models.small })
    expect(both.metrics.map(({ metric, dataset }) => [metric, dataset])).toEqual([
      ['clean-accuracy.top1', 'other'],
      ['clean-accuracy.top1', 'val'],
    ])
    expect(new Set(both.metrics.map(({ key }) => key)).size).toBe(2)
    expect(new Set(both.metrics.map(({ title }) => title)).size).toBe(2)
    const ofLarge = both.models.find(({ modelId }) => modelId === setting.models.large)?.values
    expect(ofLarge?.map(({ delta }) => delta)).toEqual([null, large?.delta])
  })
})
