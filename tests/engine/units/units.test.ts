import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { StudyResult } from '#shared/contract/index.ts'
import { mergePacks, runUnit, writePlan } from '#engine/units/index.ts'
import { generator } from '#shared/random.ts'
import { differentBits, storedBits } from '../studies/storedBits.ts'
import { runStudy } from '../studies/sample.ts'
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

it.each(studies)(
  '%s of %j in units gives the same to the bit',
  async (kind, wanted, params, secondsPerPass, divided) => {
    const input = ({ models, datasetId }: Place) => ({
      kind,
      datasetId,
      modelIds: wanted.map((name) => models[name]),
      params: params(models),
    })
    const alone = await runStudy(here.engine.client, input(here))
    const { client, session } = away.engine
    const stored = await client.studies.store(input(away))
    const { workspace } = session.open()
    const plan = await writePlan(workspace, stored.id, join(folder, 'plan'), {
      minutes: 1,
      secondsPerPass,
      settings: session.settings(),
    })
    expect(plan.units.length > 1).toBe(divided)
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
  },
)
