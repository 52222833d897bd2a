import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StudyResult } from '#shared/contract/index.ts'
import { mergePacks, runUnit, writePlan } from '#engine/units/index.ts'
import { generator } from '#shared/random.ts'
import { packFolder } from '../../packed.ts'
import { goldensOf } from '../checkpoints/golden.ts'
import { storedGolden } from '../checkpoints/stored.ts'
import { differentBits, storedBits } from '../studies/storedBits.ts'
import { addDataset, jobEnd, runStudy } from '../studies/sample.ts'
import { folderOfPlaces, placeIn, type Name, type Place } from './place.ts'

let folder: string
let here: Place
let away: Place

beforeAll(async () => {
  folder = folderOfPlaces()
  here = await placeIn(folder, 'here', ['replk3', 'vit'])
  away = await placeIn(folder, 'away', ['replk3', 'vit'])
}, 120_000)

afterAll(async () => {
  await here.engine.close()
  await away.engine.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Kinds of studies, small; the seconds of a pass that cut them; and whether into several units. */
const studies: [
  kind: string,
  wanted: Name[],
  params: (models: Place['models']) => Record<string, unknown>,
  secondsPerPass: number,
  divided: boolean,
][] = [
  // Conditions in groups.
  ['random-patch-drop', ['replk3'], () => ({ percents: [0, 40], repeats: 2 }), 0.8, true],
  // Ranges of images whose draws belong to groups of them.
  ['random-patch-drop', ['replk3'], () => ({ percents: [40], repeats: 1, mask: 'batch' }), 12, true],
  ['lesion', ['replk3'], () => ({ samples: 1 }), 0.3, true],
  // Ranges of images.
  ['adversarial', ['replk3'], () => ({ attack: 'fgsm', epsilons: [0.004] }), 4, true],
  ['salient-patch-drop', ['replk3'], ({ vit }) => ({ model: vit, percents: [0, 30] }), 4, true],
  ['imagenet-c', ['replk3'], () => ({ corruptions: ['fog', 'pixelate'], severities: [3] }), 4, true],
  // Its images are sampled: one unit.
  ['attention-distance', ['vit'], () => ({ images: 4 }), 1, false],
]

/** A result without what numbers and names it in its workspace. */
const withoutIds = ({ studyId: _, provenance: __, conditions, ...result }: StudyResult) => ({
  ...result,
  conditions: conditions.map((condition) => ({ ...condition, conditionIds: [] })),
})

type Input = Parameters<Place['engine']['client']['studies']['store']>[0]

/**
 * Measures a study here, and there in units whose packs are added in any order, twice; compares all facts and the results.
 *
 * @returns how many units there were
 */
async function sameInUnits(inputOf: (place: Place) => Input, secondsPerPass: number): Promise<number> {
  const alone = await runStudy(here.engine.client, inputOf(here))
  const { client, session } = away.engine
  const stored = await client.studies.store(inputOf(away))
  const { workspace } = session.open()
  const plan = await writePlan(workspace, stored.id, join(folder, 'plan'), {
    minutes: 1,
    secondsPerPass,
    settings: session.settings(),
  })
  const packs: string[] = []
  for (const { name } of plan.units) {
    const pack = await runUnit(plan.path, name, join(folder, `${name}.pack`))
    packs.push(pack.path)
  }
  const order = generator('merge', 1).shuffle(packs)
  const first = await mergePacks(workspace, order)
  expect(first.flatMap(({ problem }) => problem ?? [])).toEqual([])
  const again = await mergePacks(workspace, packs)
  expect(new Set(again.map(({ state }) => state))).toEqual(new Set(['known']))
  expect(differentBits(storedBits(here.engine), storedBits(away.engine))).toEqual([])
  const result = await client.studies.result({ id: stored.id })
  const local = await here.engine.client.studies.result({ id: alone.id })
  expect(withoutIds(result)).toEqual(withoutIds(local))
  expect(result.complete).toBe(true)
  expect(
    result.provenance.filter((note) => note.includes('were measured on other machines (cpu, float32')),
  ).toHaveLength(1)
  return plan.units.length
}

it.each(studies)(
  '%s of %j in units gives the same to the bit',
  async (kind, wanted, params, secondsPerPass, divided) => {
    const units = await sameInUnits(
      ({ models, datasetId }) => ({
        kind,
        datasetId,
        modelIds: wanted.map((name) => models[name]),
        params: params(models),
      }),
      secondsPerPass,
    )
    expect(units > 1).toBe(divided)
  },
)

const objects = ['airplane', 'automobile', 'bird', 'cat', 'deer', 'dog', 'frog', 'horse', 'ship', 'truck']

/** A checkpoint in half precision, so that its weights are made when it is read, with the classes of CIFAR-10. */
function checkpoint(): string {
  const basic = goldensOf('resnet').find(([name]) => name === 'basic')?.[1]
  if (!basic) throw new RangeError('no golden')
  const root = join(folder, 'a checkpoint')
  mkdirSync(root, { recursive: true })
  writeFileSync(join(root, 'model.safetensors'), storedGolden(basic, 'F16'))
  writeFileSync(
    join(root, 'config.json'),
    JSON.stringify({
      architectures: ['ResNetForImageClassification'],
      image_size: 32,
      id2label: { ...objects },
    }),
  )
  return root
}

/** CIFAR-10-C as published, of three images. */
function arrays(): string {
  const root = join(folder, 'CIFAR-10-C')
  mkdirSync(root, { recursive: true })
  for (const name of ['fog.npy', 'contrast.npy', 'labels.npy'])
    cpSync(join(import.meta.dirname, '../datasets/goldens/arrays', name), join(root, name))
  return root
}

it('a checkpoint on rows of array files gives the same to the bit', async () => {
  const [model, images] = [checkpoint(), arrays()]
  const inputs = new Map<Place, { modelIds: number[]; datasetId: number }>()
  for (const place of [here, away]) {
    const { client } = place.engine
    const { id } = await client.models.add({ path: model })
    inputs.set(place, { modelIds: [id], datasetId: await addDataset(client, images) })
  }
  const inputOf = (kind: string, params: Record<string, unknown>) => (place: Place) => ({
    ...(inputs.get(place) ?? { modelIds: [], datasetId: 0 }),
    kind,
    params,
  })
  expect(await sameInUnits(inputOf('imagenet-c', {}), 10)).toBe(3)
  const sweep = { attack: 'fgsm', epsilons: [0.004, 0.1] }
  expect(await sameInUnits(inputOf('adversarial', sweep), 1)).toBeGreaterThan(1)
})

it.each(['Bilder von 2026.tar', 'gepackte.tar.gz'])('images of %s give the same to the bit', async (name) => {
  const archive = await packFolder(join(folder, name), join(folder, 'images'))
  const ids = new Map<Place, number>()
  for (const place of [here, away]) {
    const { client } = place.engine
    const { dataset, jobId } = await client.datasets.add({ path: archive, unpack: true })
    await jobEnd(client, jobId)
    ids.set(place, dataset.id)
  }
  const units = await sameInUnits(
    (place) => ({
      kind: 'noise-frequency',
      datasetId: ids.get(place) ?? 0,
      modelIds: [place.models.replk3],
      params: { centres: [100, 700] },
    }),
    4,
  )
  expect(units).toBeGreaterThan(1)
})
