import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { readModelFile } from '#engine/models/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { generator } from '#shared/random.ts'
import { temporaryFolder, temporaryFolderOfFile } from '../temporary.ts'
import { damaged } from './fuzz/damage.ts'
import { rounds, seed } from './fuzz/rounds.ts'
import { answerTo } from './models/answer.ts'
import { changes } from './models/cases.ts'
import expected from './models/expected.json' with { type: 'json' }
import { net } from './models/net.ts'
import { told } from './told.ts'

describe('a hostile model', () => {
  it('is read or refused by name, each with its own error', async () => {
    const folder = temporaryFolder()
    const answers: Record<string, string> = {}
    for (const [name, change] of changes) answers[name] = await answerTo(change, folder)
    expect(answers).toEqual(expected)
    for (const answer of Object.values(answers)) expect(answer).toMatch(/^(read|MODEL_\w+ .*\{path\}.*)$/)
    // What was not foreseen is refused too, but each of these was.
    expect(Object.values(answers).filter((answer) => answer.includes('cannot be worked with'))).toEqual([])
  })

  it('is one of as many as docs/trust.md tells of', () => {
    expect(told().models).toBe(changes.length)
    expect(new Map(changes).size).toBe(changes.length)
  })

  it('is read where nothing is changed', async () => {
    expect(await answerTo({}, temporaryFolder())).toBe('read')
  })
})

describe('a model that can be read but not run', () => {
  const base = temporaryFolderOfFile()
  let engine: Engine
  beforeAll(async () => {
    await sharp({ create: { width: 40, height: 40, channels: 3, background: '#a51' } }).toFile(image)
    engine = await createEngine({ imageWorkers: 1 })
    await engine.client.workspace.create({ path: join(base, 'workspace') })
  })
  afterAll(() => engine.close())
  const image = join(base, 'image.png')

  it.each([
    ['Conv with pads -1', 'MODEL_LOAD_FAILED'],
    ['Slice with a step of 0', 'MODEL_LOAD_FAILED'],
    ['an operator that is not there', 'MODEL_LOAD_FAILED'],
    ['Gather of 2^62', 'INFERENCE_FAILED'],
    ['Resize to 0', 'INFERENCE_FAILED'],
  ])('%s is reported as %s', async (name, code) => {
    const path = join(base, `${name}.onnx`)
    writeFileSync(path, net(changes.find(([title]) => title === name)?.[1]))
    const { id } = await engine.client.models.add({ path })
    const failed = expect(engine.client.models.smoke({ id, path: image })).rejects
    await failed.toMatchObject({ code })
    if (code === 'MODEL_LOAD_FAILED') await failed.toMatchObject({ message: expect.stringContaining(path) })
  })
})

it(
  'a damaged model is read or refused, and never a fault of ours',
  { timeout: rounds * 120_000 },
  async () => {
    const random = generator('models', seed)
    const folder = temporaryFolder()
    const sources = [net(), ...changes.slice(0, 40).map(([, change]) => net(change))]
    const codes = new Map<string, number>()
    for (let round = 0; round < 500 * rounds; round++) {
      const path = join(folder, 'net.onnx')
      const bytes = damaged(random, sources[random.integer(sources.length)] ?? net())
      writeFileSync(path, bytes)
      const code = await readModelFile(path).then(
        () => 'read',
        (error: unknown) => (error instanceof KernelscopeError ? error.code : String(error)),
      )
      codes.set(code, (codes.get(code) ?? 0) + 1)
      const place = `round ${round} of seed ${seed}`
      if (!/^(read|MODEL_\w+)$/.test(code))
        expect.fail(`${place}: ${code} of ${Buffer.from(bytes).toString('base64')}`)
    }
    expect([...codes.keys()]).toEqual(expect.arrayContaining(['read', 'MODEL_MALFORMED']))
  },
)
