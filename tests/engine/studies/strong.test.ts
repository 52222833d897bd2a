import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { studyEvidence } from '#engine/studies/index.ts'
import { addDataset, runStudy, sampleImages, sampleModel } from './sample.ts'

const numbers = z.array(z.number())
const answers = z.object({ predicted: numbers, logit: numbers })
const named = z.record(z.string(), answers)
const golden = z
  .object({
    model: z.string(),
    digests: z.array(z.string()),
    classes: numbers,
    attacks: z.object({ linf: named, l2: named }),
    steps: named,
    distance: z.array(z.number().nullable()),
    least: z.array(z.number().nullable()),
  })
  .parse(JSON.parse(readFileSync(new URL('goldens/strong.json', import.meta.url), 'utf8')))

let folder: string
let engine: Engine
let datasetId: number
let modelIds: number[]

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  engine = await createEngine({ overrides: { provider: 'cpu' } })
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  datasetId = await addDataset(engine.client, sampleImages(folder, 1))
  modelIds = [(await engine.client.models.add({ path: sampleModel('replk3') })).id]
}, 120_000)

afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

const run = async (kind: string, params: Record<string, unknown>) =>
  (await runStudy(engine.client, { kind, params, modelIds, datasetId })).id

/** Predictions of a study under a condition, in the order of the golden. */
async function answersOf(id: number, key: string) {
  for await (const block of studyEvidence(engine.session.open().workspace.db, id)) {
    if (block.key !== key) continue
    const rows = golden.digests.map((digest) => block.rows.find(({ image }) => image === digest)?.prediction)
    return {
      predicted: rows.map((row) => row?.predicted ?? -1),
      logit: rows.map((row) => row?.trueLogit ?? NaN),
    }
  }
  throw new Error(`no condition ${key}`)
}

/** The id of the image with a digest. */
const idOf = (digest: string) =>
  engine.session
    .open()
    .workspace.db.prepare<[string], number>(
      'SELECT i.id FROM image i JOIN example s ON s.id = i.example_id WHERE lower(hex(s.digest)) = ?',
    )
    .pluck()
    .get(digest)

/** Which images are right, and how far logits of the true class are apart on average. */
function compared(found: z.infer<typeof answers>, wanted: z.infer<typeof answers> | undefined) {
  const right = (predicted: number[] = []) => predicted.map((value, i) => value === golden.classes[i])
  const away = found.logit.map((value, i) => Math.abs(value - (wanted?.logit[i] ?? NaN)))
  const mean = away.reduce((sum, value) => sum + value, 0) / away.length
  return { found: right(found.predicted), wanted: right(wanted?.predicted), mean }
}

const common = { steps: 10, targets: 2, queries: 40, searches: 3, searchSteps: 20 }
const joined = {
  linf: { ...common, attacks: ['apgd-ce', 'apgd-dlr', 'apgd-t', 'square'], epsilons: [0.004], restarts: 2 },
  l2: {
    ...common,
    ...{ norm: 'l2', attacks: ['apgd-ce', 'apgd-dlr', 'cw', 'square'], epsilons: [0.3], restarts: 1 },
    checks: false,
  },
}

/** Whether each image is right under every attack of the golden. */
const rightUnderAll = () =>
  golden.classes.map((y, at) =>
    Object.values(golden.attacks.linf).every(({ predicted }) => predicted[at] === y),
  )

describe('against PyTorch with the same draws (tools/goldens/studies/strong.py)', () => {
  it('the golden was made with the model in this repository', () => {
    const [path = ''] = [sampleModel('replk3')]
    expect(createHash('sha256').update(readFileSync(path)).digest('hex')).toBe(golden.model)
  })

  it.each(['linf', 'l2'] as const)(
    'the same images withstand each attack, norm %s',
    async (norm) => {
      const id = await run('strong-attacks', joined[norm])
      for (const [kind, wanted] of Object.entries(golden.attacks[norm])) {
        const {
          found,
          wanted: expected,
          mean,
        } = compared(await answersOf(id, `${kind},epsilon=${joined[norm].epsilons[0]}`), wanted)
        expect(found, kind).toEqual(expected)
        // Gradients differ by rounding, which flips signs near zero; random search has none.
        expect(mean, kind).toBeLessThan(kind === 'square' ? 0.002 : 0.05)
      }
    },
    120_000,
  )

  it('joins the attacks image by image, and says which checks hold', async () => {
    const id = await run('strong-attacks', joined.linf)
    const { tables, figures, complete, conditions } = await engine.client.studies.result({ id })
    expect(complete).toBe(true)
    const rowsOf = (table: string) => tables.find((one) => one.id === table)?.rows ?? []
    const clean = conditions[0]?.correct ?? 0
    const right = rightUnderAll().filter(Boolean).length
    expect(rowsOf('joint')).toMatchObject([{ n: 16, clean: clean / 16, right: right / 16 }])
    expect(rowsOf('parts').at(-1)).toMatchObject({ attack: 'Square', n: clean, left: right / 16 })
    const { rows, point } = await engine.client.studies.flips({
      ...{ id, modelId: modelIds[0] ?? 0, key: 'joint,epsilon=0.004' },
      direction: 'smallest',
    })
    expect(point?.title).toContain('of 4')
    const whole = golden.digests.filter((digest) => rows.find((row) => row.id === idOf(digest))?.value === 0)
    expect(whole).toEqual(golden.digests.filter((_, at) => rightUnderAll()[at]))
    expect(figures.map((figure) => figure.id)).toEqual([
      ...['joint', 'broken', 'attack-apgd-ce', 'attack-apgd-dlr', 'attack-apgd-t', 'attack-square'],
    ])
    const states = Map.groupBy(rowsOf('checks'), ({ state }) => state)
    expect(states.get('does not hold')).toBeUndefined()
    expect(states.get('holds')?.map(({ check }) => check)).toEqual(
      expect.arrayContaining([
        'Square with ε 0 gives the answers without an attack',
        'The loss rises: APGD-T',
        'Without a bound (L∞) no image stays right',
        'An attack without gradients makes nothing wrong that those with gradients do not',
      ]),
    )
    // One ε has no larger one; three checks are not part of the study.
    expect(states.get('not checked')).toHaveLength(4 + 3)
  })

  it.each([
    ['strong-attacks', { attacks: ['cw'] }, 'CW makes the L2 norm'],
    ['strong-attacks', { epsilons: [2] }, '2 is above 1'],
    ['least-epsilon', { attack: 'cw' }, 'CW makes the L2 norm'],
    ['adversarial', { epsilons: [8] }, '8 is above 1'],
  ])('%s refuses %j', async (kind, params, message) => {
    await expect(engine.client.studies.run({ kind, params, modelIds, datasetId })).rejects.toThrow(message)
  })

  it.each([
    ['apgd-ce', { attack: 'apgd-ce', largest: 0.016, halvings: 4, steps: 5 }, 0.0002],
    ['cw', { attack: 'cw', norm: 'l2', largest: 3, searches: 3, searchSteps: 20 }, 0.01],
  ] as const)('the least epsilon of each image is the same, by %s', async (attack, params, tolerance) => {
    const id = await run('least-epsilon', { ...params, images: 16 })
    const { figures, tables, complete } = await engine.client.studies.result({ id })
    expect(complete).toBe(true)
    const ref = `${modelIds[0]}|epsilon=0`
    expect(figures[0]?.series[0]?.points[0]?.ref).toBe(ref)
    const { rows } = await engine.client.studies.flips({
      ...{ id, modelId: modelIds[0] ?? 0, key: 'epsilon=0' },
      direction: 'smallest',
    })
    const found = golden.digests.map((digest) => rows.find((row) => row.id === idOf(digest))?.value)
    const wanted = attack === 'cw' ? golden.distance : golden.least
    for (const [at, value] of wanted.entries())
      if (value === null) expect(found[at]).toBeNull()
      else expect(Math.abs((found[at] ?? NaN) - value), `image ${at}`).toBeLessThan(tolerance)
    expect(tables[0]?.rows[0]).toMatchObject({
      ...{ n: 16, right: wanted.filter((value) => value !== 0).length },
      withstood: wanted.filter((value) => value === null).length,
    })
  })

  it.each(['fgsm', 'pgd', 'mifgsm'] as const)(
    'the same images withstand %s in the L2 norm',
    async (attack) => {
      const params = { attack, norm: 'l2', epsilons: [0.2], steps: [4], baseline: false, transfer: false }
      const steps = attack === 'fgsm' ? 1 : 4
      const id = await run('adversarial', params)
      const { conditions } = await engine.client.studies.result({ id })
      expect(conditions[1]?.title).toMatch(/^ε 0\.2 \(L2\)/)
      const { found, wanted, mean } = compared(
        await answersOf(id, `epsilon=0.2,steps=${steps}`),
        golden.steps[attack],
      )
      expect(found).toEqual(wanted)
      expect(mean).toBeLessThan(0.01)
    },
  )
})
