import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { openBundle } from '#engine/bundles/index.ts'
import { Thread } from '#engine/threads/thread.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'
import { bundleOf, forge, verify } from './forge.ts'

const cli = fileURLToPath(new URL('../../../src/cli/index.ts', import.meta.url))

/** Models by the name of their file. */
const models = new Map<string, number>()
let engine: Engine
let folder: string
let images: string
let datasetId: number
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine()
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  images = sampleImages(folder, 1, 8)
  datasetId = await addDataset(engine.client, images)
  for (const name of ['replk3', 'replk7', 'vit'])
    models.set(name, (await engine.client.models.add({ path: sampleModel(name) })).id)
}, 120_000)
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

async function bundled(
  kind: string,
  params: Record<string, unknown>,
  names: string[],
  from = datasetId,
): Promise<string> {
  const modelIds = names.map((name) => models.get(name) ?? 0)
  const { id } = await runStudy(engine.client, { kind, params, modelIds, datasetId: from })
  return bundleOf(engine, id, join(folder, `${kind}-${id}.zip`))
}

/** Changes the first number of the first measured vector. */
const polished = (csv: string) =>
  csv.replace(/^((?:[^,\n]*,){4})([\d.e-]+)/m, (whole, key: string, value: string) =>
    key.startsWith('variant') ? whole : `${key}${Number(value) * 1.1 + 0.1}`,
  )

/** The pictures that a bundle shows, as PNG in base64. */
async function picturesOf(path: string): Promise<string[]> {
  const { basis, close } = await openBundle(path)
  close()
  return basis?.pictures.map(({ png }) => png) ?? []
}

const patient = { timeout: 180_000 }

/** Runs with attacks that have the last digits of older versions. Returns how many calls had them. */
async function asOlder(work: () => Promise<unknown>): Promise<number> {
  const ask = Thread.prototype.ask
  const asked = vi.spyOn(Thread.prototype, 'ask').mockImplementation(function (
    this: typeof Thread.prototype,
    task,
  ) {
    return ask.call(this, task.kind === 'attack' ? Object.assign({}, task, { older: true }) : task)
  })
  try {
    await work()
    return asked.mock.calls.filter(([{ kind }]) => kind === 'attack').length
  } finally {
    asked.mockRestore()
  }
}

it(
  'an attack that an older version measured agrees to the last digit, where its gradients are taken as it took them',
  patient,
  async () => {
    const params = { epsilons: [0.1], baseline: false, transfer: false }
    let path = ''
    expect(await asOlder(async () => (path = await bundled('adversarial', params, ['replk3'])))).toBe(1)
    const exact = { sample: 1000, tolerance: 0 }
    expect(await verify(engine, path, exact)).toMatchObject({ verdict: 'agrees', checked: 16, identical: 16 })
  },
)

it('joined attacks in the L2 norm are made again, one image after the other', patient, async () => {
  const params = {
    ...{ norm: 'l2', attacks: ['apgd-t', 'cw', 'square'], epsilons: [0.2], steps: 2, targets: 1 },
    ...{ queries: 3, searches: 1, searchSteps: 2, checks: false },
  }
  const verdict = await verify(engine, await bundled('strong-attacks', params, ['replk3']), { sample: 1000 })
  expect(verdict).toMatchObject({ verdict: 'agrees', facts: 32, checked: 32, unchecked: [] })
})

describe('images of an attack with a surrogate model', patient, () => {
  const ofTransfer = { attack: 'pgd', epsilons: [0.03], iterations: 2 }
  const transfer = () =>
    bundled('transfer-attack', { ...ofTransfer, surrogate: models.get('replk7') }, ['replk3'])

  it('are made again, even where the study does not measure the surrogate model', async () => {
    const path = await bundled('transfer-attack', { ...ofTransfer, surrogate: models.get('vit') }, ['replk3'])
    // The name of the field in format 1, by which earlier versions find the surrogate model.
    const { archive, close } = await openBundle(path)
    const text = (await archive.read('bundle.json', 1e9)).toString()
    expect(JSON.parse(text)).toMatchObject({ makers: [{ title: 'ViT-8' }] })
    close()
    const verdict = await verify(engine, path, { sample: 1000 })
    expect(verdict).toMatchObject({
      verdict: 'agrees',
      facts: 16,
      checked: 16,
      disagreeing: [],
      unchecked: [],
    })
    expect(verdict.largest).toBeLessThan(1e-5)
  })

  it('are resized and cropped again where the study resized and cropped them', async () => {
    const params = { ...ofTransfer, surrogate: models.get('replk7'), secondResize: true }
    const verdict = await verify(engine, await bundled('transfer-attack', params, ['replk3']), {
      sample: 1000,
    })
    expect(verdict).toMatchObject({ verdict: 'agrees', checked: 16, unchecked: [] })
  })

  it('are not resized in the transfer check of attacks', async () => {
    const params = { attack: 'pgd', epsilons: [0.008], steps: [2], transfer: true, baseline: false }
    const path = await bundled('adversarial', params, ['replk3', 'replk7'])
    const verdict = await verify(engine, path, { sample: 1000 })
    // For two models: clean images, images of the model's own attack, and images of the other model's attack.
    expect(verdict).toMatchObject({
      verdict: 'agrees',
      facts: 48,
      checked: 48,
      disagreeing: [],
      unchecked: [],
    })
  })

  it('disagree where one of their predictions was changed', async () => {
    const path = await transfer()
    const forged = await forge(path, join(folder, 'forged-transfer.zip'), {
      'facts.csv': (csv, { conditions }) => {
        const attacked = conditions.findIndex((text) => text.includes('surrogate'))
        const pattern = new RegExp(`^(\\d+,${attacked},[0-9a-f]{64},[^,]*),(\\d+),`, 'gm')
        return csv.replace(pattern, (_, key: string, k: string) => `${key},${(Number(k) + 1) % 16},`)
      },
    })
    const verdict = await verify(engine, forged, { sample: 1000 })
    expect(verdict.verdict).toBe('disagrees')
    expect(verdict.disagreeing).toHaveLength(8)
    for (const { condition } of verdict.disagreeing) expect(condition).toContain('surrogate')
  })

  it('are counted as unchecked, with the name of the surrogate model, where it is missing', async () => {
    const bare = await createEngine()
    try {
      const only = join(folder, 'only-target')
      mkdirSync(only, { recursive: true })
      cpSync(sampleModel('replk3'), join(only, 'replk3.onnx'))
      const path = await bundled('transfer-attack', { ...ofTransfer, surrogate: models.get('vit') }, [
        'replk3',
      ])
      const verdict = await verify(bare, path, { sample: 1000, folders: [only, images] })
      expect(verdict).toMatchObject({ verdict: 'partly', checked: 8 })
      expect(verdict.unchecked).toEqual([
        { reason: expect.stringMatching(/^the model that made the images is not at hand: /), n: 8 },
      ])
    } finally {
      await bare.close()
    }
  })
})

describe('measured vectors', patient, () => {
  it.each([
    ['feature-variance', { images: 8 }, ['replk3', 'vit'], 16],
    ['attention-distance', { images: 6 }, ['vit'], 6],
    ['feature-variance', { images: 8, order: 'batch-mean', batch: 4 }, ['replk3'], 2],
    ['representation-similarity', { images: 8, batch: 4 }, ['replk3', 'vit'], 4],
    ['receptive-field', { images: 4 }, ['replk3'], 5],
    ['least-epsilon', { images: 4, steps: 3, halvings: 2 }, ['replk3'], 4],
    ['map-scores', { images: 1, methods: ['gradCam'], steps: 2, cascade: 1 }, ['replk3'], 3],
    [
      'saliency-gallery',
      { imageIds: [2, 5], methods: ['gradient', 'smoothGrad'], copies: 2, target: 'true' },
      ['replk3'],
      4,
    ],
  ] as const)(
    'of %s %o are measured again, and disagree where one was changed',
    async (kind, params, names, n) => {
      const path = await bundled(kind, params, [...names])
      const honest = await verify(engine, path, { sample: 1000 })
      expect(honest).toMatchObject({ verdict: 'agrees', measurements: n, unchecked: [] })
      expect(honest.measured).toMatchObject({ sampled: n, checked: n, disagreeing: [] })
      expect(honest.measured.largest).toBeLessThan(1e-5)
      const forged = await forge(path, join(folder, `forged-${kind}.zip`), { 'measurements.csv': polished })
      const verdict = await verify(engine, forged, { sample: 1000 })
      expect(verdict.verdict).toBe('disagrees')
      expect(verdict.measured.disagreeing).toHaveLength(1)
      expect(verdict.measured.checked).toBe(n)
    },
  )

  it('and pictures beside them are made again, and differ where one was exchanged', async () => {
    const path = await bundled('saliency-gallery', { images: 2, methods: ['gradient'] }, ['replk3'])
    const pictures = ({ parts }: Awaited<ReturnType<typeof verify>>) =>
      parts.find(({ part }) => part === 'pictures')
    expect(pictures(await verify(engine, path))).toMatchObject({
      how: 'recomputed',
      detail: '2 of 2 made again',
    })
    const [first = '', second = ''] = await picturesOf(path)
    const exchanged = (text: string) =>
      text.replaceAll(first, '#').replaceAll(second, first).replaceAll('#', second)
    const forged = await forge(path, join(folder, 'exchanged.zip'), {
      'basis.json': exchanged,
      'study.json': exchanged,
    })
    expect(pictures(await verify(engine, forged))).toMatchObject({ how: 'differs', differing: 2 })
  })

  it('agree where the model has other labels than when they were measured', async () => {
    const other = (await engine.client.models.add({ path: sampleModel('resnet') })).id
    const study = { kind: 'feature-variance', params: { images: 4 }, modelIds: [other], datasetId }
    const { id } = await runStudy(engine.client, study)
    const { labels } = await engine.client.models.labels({ id: other })
    const list = join(folder, 'reversed.txt')
    writeFileSync(list, labels.toReversed().join('\n'))
    await engine.client.models.update({ id: other, labels: list })
    const path = await bundleOf(engine, id, join(folder, 'relabelled.zip'))
    expect(await verify(engine, path)).toMatchObject({
      verdict: 'agrees',
      measured: { checked: 4 },
      unchecked: [],
    })
  })

  it('are measured on their own images only', async () => {
    const verdict = await verify(engine, await bundled('feature-variance', { images: 7 }, ['replk3']), {
      sample: 3,
    })
    expect(verdict).toMatchObject({ verdict: 'agrees', measured: { sampled: 3, checked: 3 }, unchecked: [] })
  })

  it('are unchecked where the model or an image of the set is missing', async () => {
    const bare = await createEngine()
    try {
      const path = await bundled('feature-variance', { images: 5, order: 'batch-mean' }, ['replk3'])
      const reasons = async (folders: string[], as: string) => {
        const { verdict, unchecked } = await verify(bare, path, { folders })
        expect(verdict).toBe(as)
        return unchecked
      }
      expect(await reasons([images], 'unchecked')).toEqual([
        { reason: 'the model is not at hand: RepLK-3', n: 1 },
      ])
      const only = join(folder, 'only-model')
      mkdirSync(only, { recursive: true })
      cpSync(sampleModel('replk3'), join(only, 'replk3.onnx'))
      expect(await reasons([only], 'partly')).toEqual([
        { reason: 'variance of the mean features over 5 images together: the image is not at hand', n: 1 },
      ])
    } finally {
      await bare.close()
    }
  })

  it('are unchecked where the named set is not the averaged one', async () => {
    const path = await bundled('feature-variance', { images: 5, order: 'batch-mean' }, ['replk3'])
    const forged = await forge(path, join(folder, 'forged-set.zip'), {}, (manifest) => ({
      ...manifest,
      sets: manifest.sets.map((set) => ({ ...set, images: set.images.slice(0, 4) })),
    }))
    const verdict = await verify(engine, forged)
    expect(verdict.verdict).toBe('disagrees')
    expect(verdict.parts).toContainEqual(
      expect.objectContaining({
        part: 'bundle.json',
        how: 'differs',
        differences: [expect.objectContaining({ where: 'sets[0].images[4]', stored: null })],
      }),
    )
    expect(verdict.unchecked[0]?.reason).toContain('on other images or in another way')
  })
  it('distinguish an image that cannot be read from a changed one', async () => {
    const path = await bundled('feature-variance', { images: 5, order: 'batch-mean' }, ['replk3'])
    const name = join(images, 'aircraft', 'aircraft_000.png')
    const bytes = readFileSync(name)
    rmSync(name)
    try {
      const { verdict, unchecked } = await verify(engine, path)
      expect(verdict).toBe('partly')
      expect(unchecked).toEqual([
        {
          reason:
            'variance of the mean features over 5 images together: the image cannot be read: FILE_MISSING',
          n: 1,
        },
      ])
    } finally {
      writeFileSync(name, bytes)
    }
  })

  it.skipIf(process.platform === 'win32')(
    'are measured on more images than the number of files that can be open',
    async () => {
      const many = join(folder, 'many')
      const id = await addDataset(engine.client, sampleImages(many, 10))
      const path = await bundled('feature-variance', { images: 160, order: 'batch-mean' }, ['replk3'], id)
      const command = ['ulimit -n 120; exec "$@"', 'sh', process.execPath, cli, 'bundle', 'verify', path]
      const folders = ['--folder', many, '--folder', dirname(sampleModel('replk3'))]
      const { stdout } = await promisify(execFile)('sh', ['-c', ...command, ...folders, '--json'])
      expect(JSON.parse(stdout)).toMatchObject({
        verdict: 'agrees',
        measured: { sampled: 1, checked: 1 },
        unchecked: [],
      })
    },
  )
})
