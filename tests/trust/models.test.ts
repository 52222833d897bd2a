import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { readLabelList, readModelFile } from '#engine/models/index.ts'
import { readModel, writeVariant } from '#engine/onnx/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { generator } from '#shared/random.ts'
import { temporaryFolder, temporaryFolderOfFile } from '../temporary.ts'
import { float32, numbers, run } from '../engine/onnx/support.ts'
import { damaged } from './fuzz/damage.ts'
import { rounds, seed } from './fuzz/rounds.ts'
import { answerTo } from './models/answer.ts'
import { changes } from './models/cases.ts'
import expected from './models/expected.json' with { type: 'json' }
import { labelFiles } from './models/labelFiles.ts'
import { net } from './models/net.ts'
import { told } from './told.ts'

describe('a hostile model', () => {
  it('is read or refused by name, each with its own error', async () => {
    const folder = temporaryFolder()
    const answers: Record<string, string> = {}
    for (const [name, change] of changes) answers[name] = await answerTo(change, folder)
    expect(answers).toEqual(expected)
    for (const answer of Object.values(answers))
      expect(answer).toMatch(/^(read(, with the preprocessing of its \w+)?|MODEL_\w+ .*\{path\}.*)$/)
    // What was not foreseen is refused too, but each of these was.
    expect(Object.values(answers).filter((answer) => answer.includes('cannot be worked with'))).toEqual([])
  })

  it('is one of as many as docs/trust.md tells of', () => {
    expect(told().models).toBe(changes.length)
    expect(new Map(changes).size).toBe(changes.length)
    expect(told().labels).toBe(labelFiles.length)
  })

  it('is read where nothing is changed', async () => {
    expect(await answerTo({}, temporaryFolder())).toBe('read')
  })
})

it.each(labelFiles)('a file of labels with %s is read or refused', async (_, text, answer) => {
  const path = join(temporaryFolder(), 'labels.json')
  writeFileSync(path, text)
  const read = readLabelList(path)
  if (typeof answer === 'number') expect((await read).names).toHaveLength(answer)
  else
    await expect(read).rejects.toMatchObject({
      code: 'STUDY_LABELS',
      message: answer.replace('{path}', path),
    })
})

it('a branch within a function computes with the values of the function, not with the same names of the graph', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'net.onnx')
  writeFileSync(
    path,
    net(changes.find(([title]) => title === 'a function whose names are those of the graph')?.[1]),
  )
  const model = await readModel(path)
  const picture = Float32Array.from({ length: 3 * 32 * 32 }, (_, at) => Math.sin(at))
  const feeds = { input: float32(picture, [1, 3, 32, 32]) }
  const rewritten = await run(await writeVariant(model, model.graph, folder, 'variant'), feeds)
  const scores = numbers((await run(path, feeds))['output'])
  expect(scores.some((score) => score !== 0)).toBe(true)
  expect(numbers(rewritten['output'])).toEqual(scores)
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
    ['If with branches of one and two outputs', 'MODEL_LOAD_FAILED'],
    ['Loop with a body of too few outputs', 'MODEL_LOAD_FAILED'],
    ['Scan with a body of no inputs', 'MODEL_LOAD_FAILED'],
    ['a function that reads another domain, without its import', 'MODEL_LOAD_FAILED'],
    ['text as the kernels of Conv', 'MODEL_UNSUPPORTED'],
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
