import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { mergePacks, runUnit, writePlan } from '#engine/units/index.ts'
import { generator } from '#shared/random.ts'
import { differentBits, storedBits } from '../studies/storedBits.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from '../studies/sample.ts'

const names = ['replk3', 'vit', 'resnet'] as const
type Name = (typeof names)[number]
type Place = { engine: Engine; datasetId: number; models: Record<Name, number> }

let folder: string
let here: Place
let away: Place

async function setUp(name: string): Promise<Place> {
  const engine = await createEngine({ overrides: { threads: 1, batch: 4 }, imageWorkers: 1 })
  await engine.client.workspace.create({ path: join(folder, name) })
  const datasetId = await addDataset(engine.client, join(folder, 'images'))
  const models: Record<Name, number> = { replk3: 0, vit: 0, resnet: 0 }
  for (const one of names) models[one] = (await engine.client.models.add({ path: sampleModel(one) })).id
  return { engine, datasetId, models }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  sampleImages(folder, 2, 5)
  here = await setUp('here')
  away = await setUp('away')
}, 120_000)

afterAll(async () => {
  await here.engine.close()
  await away.engine.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Kinds of studies, small; the seconds of a pass that cut them; and the numbers of their units. */
const studies: [
  kind: string,
  wanted: Name[],
  params: (models: Place['models']) => Record<string, unknown>,
  secondsPerPass: number,
  units: number,
][] = [
  // Conditions in groups.
  ['random-patch-drop', ['replk3', 'vit'], () => ({ percents: [0, 40], repeats: 2 }), 0.8, 4],
  // Ranges of images whose draws belong to groups of them.
  ['random-patch-drop', ['replk3'], () => ({ percents: [40], repeats: 1, mask: 'batch' }), 12, 2],
  ['lesion', ['replk3'], () => ({ samples: 1 }), 0.3, 2],
  // Ranges of images.
  ['adversarial', ['replk3'], () => ({ attack: 'fgsm', epsilons: [0.004] }), 4, 2],
  ['salient-patch-drop', ['replk3'], ({ vit }) => ({ model: vit, percents: [0, 30] }), 4, 2],
  // Its images are sampled: one unit.
  ['attention-distance', ['vit'], () => ({ images: 4 }), 1, 1],
]

it.each(studies)(
  '%s of %j in units gives the same to the bit',
  async (kind, wanted, params, secondsPerPass, count) => {
    const input = ({ models, datasetId }: Place) => ({
      kind,
      datasetId,
      modelIds: wanted.map((name) => models[name]),
      params: params(models),
    })
    const local = await runStudy(here.engine.client, input(here))
    const { client, session } = away.engine
    const stored = await client.studies.store(input(away))
    const { workspace } = session.open()
    const plan = await writePlan(workspace, stored.id, join(folder, 'plan'), {
      minutes: 1,
      secondsPerPass,
      settings: session.settings(),
    })
    expect(plan.units).toHaveLength(count)
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
    const { provenance: _, ...result } = await client.studies.result({ id: stored.id })
    const { provenance: __, ...wantedResult } = await here.engine.client.studies.result({ id: local.id })
    expect({ ...result, studyId: 0 }).toEqual({ ...wantedResult, studyId: 0 })
    expect(result.complete).toBe(true)
  },
)
