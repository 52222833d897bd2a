import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { temporaryFolderOfFile } from '../../temporary.ts'
import { addDataset, sampleImages, sampleModel } from './sample.ts'

const page = readFileSync(join(import.meta.dirname, '../../../docs/guide/8-repeat-the-paper.md'), 'utf8')
const images = 50_000

/** A row of the table of costs: what stands in its cells. */
interface Row {
  kind: string
  preset: string | undefined
  /** Of a net with conditions of its own. */
  own: boolean
  perImage: number
  forwards: number
  hours: string[]
}

const rows: Row[] = page.split('\n').flatMap((line) => {
  const found = /^\| `([\w-]+)(?: --preset (\w+))?`(, \S+)? +\| ([\d.]+) +\| ([\d,]+) +\|(.*)\|$/.exec(line)
  if (!found) return []
  const [, kind = '', preset, net, perImage, forwards = '', hours = ''] = found
  return {
    kind,
    preset,
    own: net !== undefined,
    perImage: Number(perImage),
    forwards: Number(forwards.replaceAll(',', '')),
    hours: hours.split('|').map((cell) => cell.trim()),
  }
})
const speeds = [...(/^\| study +\|.*$/m.exec(page)?.[0].matchAll(/hours at ([\d.]+)\/s/g) ?? [])].map(
  ([, speed]) => Number(speed),
)

let engine: Engine
let datasetId: number
let modelId: number
beforeAll(async () => {
  engine = await createEngine()
  const base = temporaryFolderOfFile()
  await engine.client.workspace.create({ path: join(base, 'workspace') })
  datasetId = await addDataset(engine.client, sampleImages(base, 1, 2))
  modelId = (await engine.client.models.add({ path: sampleModel('replk3') })).id
})
afterAll(() => engine.close())

/** Forwards of the model for an image, as the cost of a study counts them. */
async function forwards(
  kind: string,
  preset: string | undefined,
  more: Record<string, unknown> = {},
): Promise<number> {
  const { presets } = (await engine.client.studies.kinds()).find(({ id }) => id === kind) ?? { presets: [] }
  const params = preset === undefined ? {} : presets.find(({ id }) => id === preset)?.params
  if (!params) throw new Error(`${kind} has no preset ${preset}`)
  const { work } = await engine.client.studies.cost({
    kind,
    params: { ...params, ...more },
    modelIds: [modelId],
    datasetId,
  })
  return (work[0]?.forwards ?? 0) / 2
}

describe('what repeating the paper costs', () => {
  it('is in ten rows, with hours at two speeds', () => {
    expect(rows).toHaveLength(10)
    expect(speeds).toHaveLength(2)
  })

  it.each(rows.map((row) => [`${row.kind} ${row.preset ?? ''}`, row] as const))(
    'of %s is as the page says',
    async (_, row) => {
      if (!row.own) expect(await forwards(row.kind, row.preset)).toBeCloseTo(row.perImage, 6)
      expect(row.forwards).toBe(Math.round(row.perImage * images))
      for (const [at, hours] of row.hours.entries())
        if (hours !== '')
          expect(Number(hours)).toBe(Number((row.forwards / (speeds[at] ?? 0) / 3600).toPrecision(2)))
    },
  )

  it('of a transfer attack is as the page says', async () => {
    const surrogates = { surrogate: modelId, otherSurrogate: modelId }
    const perImage = await forwards('transfer-attack', 'paper', surrogates)
    expect(page).toContain(`takes ${Math.round(perImage).toLocaleString('en')} forwards of the surrogate`)
    expect(page).toContain(`${Math.round(5000 * perImage).toLocaleString('en')} for 5,000 images`)
  })
})
