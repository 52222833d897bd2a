import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { attentionMapsResult, receptiveFieldResult } from '#shared/contract/index.ts'
import { runCli } from '../../src/cli/program.ts'
import { terminal } from './terminal.ts'

const sample = resolve(import.meta.dirname, '../../resources/sample')
const model = (name: string) => join(sample, 'models', `${name}.onnx`)
let folder = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernelscope-maps-'))
  for (const name of ['bird', 'nonsense']) {
    mkdirSync(join(folder, 'images', name), { recursive: true })
    const from = join(sample, 'suites/val/bird')
    for (const file of readdirSync(from).sort().slice(0, 2))
      cpSync(join(from, file), join(folder, 'images', name, file))
  }
  cpSync(join(folder, 'images/bird'), join(folder, 'some/bird'), { recursive: true })
  writeFileSync(join(folder, 'some/bird/z.png'), 'no picture')
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

async function run(...args: string[]) {
  const { io, written } = terminal({ cwd: folder })
  const code = await runCli(args, io, (overrides) => createEngine({ overrides }), '1.2.3')
  return { code, ...written }
}

const float32 = (path: string) => {
  const bytes = readFileSync(path)
  const header = bytes.readUInt16LE(8)
  const text = bytes.toString('latin1', 10, 10 + header)
  return {
    text,
    length: header + 10,
    values: new Float32Array(bytes.buffer.slice(bytes.byteOffset + 10 + header)),
  }
}

const gradientOf = (images: string, out: string) =>
  run(
    ...['model', 'gradient', model('replk3'), '--images', images, '--label', 'from-folders'],
    ...['--out', out, '--threads', '1'],
  )

it('model gradient writes a NumPy array with a row per image, NaN where the image cannot be read', async () => {
  const result = await gradientOf('some', 'G.npy')
  expect(result).toMatchObject({ code: 11, out: expect.stringContaining('[3, 3, 96, 96], 1 failed (NaN)') })
  const { text, length, values } = float32(join(folder, 'G.npy'))
  expect(text).toContain("'shape': (3, 3, 96, 96)")
  expect(length % 64).toBe(0)
  const size = 3 * 96 * 96
  expect(values.length).toBe(3 * size)
  expect(values.subarray(0, 2 * size).every(Number.isFinite)).toBe(true)
  expect(values.subarray(2 * size).every(Number.isNaN)).toBe(true)
  const { rows } = JSON.parse(readFileSync(join(folder, 'G.json'), 'utf8'))
  expect(rows.map((row: { problem: { code: string } | null }) => row.problem?.code ?? null)).toEqual([
    null,
    null,
    'IMAGE_UNREADABLE',
  ])
})

it('model gradient refuses folders that are not classes by name, and writes nothing', async () => {
  const { code, err } = await gradientOf('images', 'none.npy')
  expect([code, err]).toEqual([7, expect.stringMatching(/STUDY_LABELS.*has no class nonsense, after/)])
  expect(existsSync(join(folder, 'none.npy'))).toBe(false)
})

it('model erf prints its table, and writes figure and numbers', async () => {
  const args = ['model', 'erf', model('replk3'), '--images', 'images', '--count', '3', '--threads', '1']
  const { code, out } = await run(...args, '--json')
  const result = receptiveFieldResult.parse(JSON.parse(out))
  expect([code, result.images, result.failed, result.areas.length]).toEqual([0, 3, 0, 8])
  const files = await run(...args, '--out', 'erf', '--format', 'csv,npy')
  expect(files).toMatchObject({ code: 0, out: expect.stringContaining('receptive-field.npy') })
  expect(float32(join(folder, 'erf/receptive-field.npy')).values.length).toBe(96 * 96)
})

const attention = (name: string) => {
  const [image] = readdirSync(join(folder, 'images/bird'))
  return run('model', 'attention', model(name), '--image', `images/bird/${image}`, '--json', '--threads', '1')
}

it('model attention says why a model has none', { timeout: 60_000 }, async () => {
  expect(await attention('replk3')).toMatchObject({
    code: 5,
    err: expect.stringContaining('the model has no self-attention'),
  })
})

it('model attention describes every layer', { timeout: 60_000 }, async () => {
  const result = attentionMapsResult.parse(JSON.parse((await attention('vit')).out))
  expect(result.layers.length).toBeGreaterThan(1)
  for (const { elsewhere, rollout } of result.layers) {
    expect(Math.max(...elsewhere)).toBeLessThanOrEqual(1)
    expect(rollout.max).toBeGreaterThan(0)
  }
})
