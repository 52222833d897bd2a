import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import type { Question } from '#shared/contract/index.ts'
import { createEngine, type Engine } from '#engine/api/index.ts'

let engine: Engine
const folder = mkdtempSync(join(tmpdir(), 'kernelscope-guide-'))
const ask = (seconds: number) => engine.client.guide.questions({ seconds })
const named = (questions: Question[], id: string) => {
  const found = questions.find((question) => question.id === id)
  if (!found) throw new Error(`no question ${id}`)
  return found
}

beforeAll(async () => {
  engine = await createEngine()
  for await (const event of await engine.client.workspace.openSample({ path: join(folder, 'sample') }))
    void event
  const indexed = async () =>
    expect((await engine.client.datasets.list()).every(({ state }) => state === 'ready')).toBe(true)
  await vi.waitFor(indexed, { timeout: 100_000, interval: 200 })
}, 120_000)
afterAll(async () => {
  await engine.close()
  rmSync(folder, { recursive: true, force: true })
})

describe('the questions of the paper, on the sample', () => {
  it('are complete, and each fits the time or has its smallest size', async () => {
    const questions = await ask(90)
    expect(new Set(questions.map(({ section }) => section))).toEqual(
      new Set(['3', '4.1', '4.2', '4.3', '4.4', '4.5', '4.6', '4.7', '4.8', '4.9']),
    )
    expect(questions.filter(({ group }) => group === 'benchmark')).toHaveLength(6)
    for (const { id, input, problem, seconds } of questions) {
      expect(problem, id).toBeNull()
      const { sample = null, modelIds = [] } = input ?? {}
      const smallest = sample && 'perClass' in sample && sample.perClass === 1 && modelIds.length === 1
      expect(seconds <= 1.2 * 90 || smallest, id).toBe(true)
    }
  })

  it('take fewer images where there is less time, and give a valid study with that number of images', async () => {
    const long = named(await ask(600), 'random-occlusion')
    const short = named(await ask(3), 'random-occlusion')
    expect(short.images).toBeLessThan(long.images)
    expect(short.images).toBeGreaterThan(0)
    if (!short.input) throw new Error('cannot be asked')
    const cost = await engine.client.studies.cost(short.input)
    expect(cost.images).toBe(short.images)
    expect(cost.warnings).toEqual([])
  })

  it('use the saliency model for saliency only, and do not measure it', async () => {
    const models = await engine.client.models.list()
    const guides = models.filter(({ role }) => role === 'saliency').map(({ id }) => id)
    const questions = await ask(90)
    for (const { input, id } of questions)
      expect(
        input?.modelIds.filter((model) => guides.includes(model)),
        id,
      ).toEqual([])
    expect(guides).toContain(named(questions, 'salient-occlusion').input?.params['model'])
  })

  it('stay answered in the size of their study, even where there is more time later', async () => {
    const { input } = named(await ask(600), 'random-occlusion')
    if (!input) throw new Error('cannot be asked')
    const sample = { perClass: 2, seed: 0 }
    const { id, job } = await engine.client.studies.run({ ...input, sample })
    const later = named(await ask(600), 'random-occlusion')
    expect(later.studyId).toBe(id)
    expect(later.images).toBe(32)
    expect(later.input?.sample).toEqual(sample)
    await engine.client.jobs.cancel({ id: job?.id ?? 0 })
  })

  it('give the reason why they cannot be asked in an empty workspace', async () => {
    await engine.client.workspace.create({ path: join(folder, 'empty') })
    const questions = await ask(90)
    expect(questions.length).toBeGreaterThan(15)
    for (const { input, problem } of questions) {
      expect(input).toBeNull()
      expect(problem?.hint).toMatch(/Add a/)
    }
  })
})
