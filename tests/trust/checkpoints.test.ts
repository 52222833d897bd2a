import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readCheckpoint, readStored } from '#engine/checkpoints/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { generator } from '#shared/random.ts'
import { temporaryFolder, temporaryFolderOfFile } from '../temporary.ts'
import { pickle, pytorch } from './checkpoints/bytes.ts'
import { cases } from './checkpoints/cases.ts'
import { damaged } from './fuzz/damage.ts'
import { rounds, seed } from './fuzz/rounds.ts'
import { told } from './told.ts'

const folder = temporaryFolderOfFile()
const path = join(folder, 'case')

it.each(cases)('%s', async (_, bytes, code, message) => {
  writeFileSync(path, await bytes)
  const read = readCheckpoint(path)
  if (code === 'read') expect((await read).tensors.size).toBeGreaterThan(0)
  else await expect(read).rejects.toMatchObject({ code, message: expect.stringContaining(message) })
  await read.catch((error: unknown) => {
    expect(error instanceof Error && error.message.length < 400 + path.length).toBe(true)
    expect(error instanceof Error && error.message).toContain(folder)
  })
  expect(readdirSync(folder)).toEqual(['case'])
  expect(Object.prototype).not.toHaveProperty('polluted')
  expect(existsSync('/tmp/kernelscope-was-here')).toBe(false)
})

it('is one of as many as docs/trust.md tells of', () => {
  expect(told().checkpoints).toBe(cases.length)
  expect(new Set(cases.map(([name]) => name)).size).toBe(cases.length)
})

it('says module and name of what it refuses, and what to do', async () => {
  writeFileSync(path, await pytorch(pickle('cos\nsystem\n', ')R')))
  await expect(readCheckpoint(path)).rejects.toMatchObject({
    code: 'CHECKPOINT_CODE',
    message: `${path}: it asks for "os.system", which no weights need`,
    hint: expect.stringContaining('Nothing of it was run'),
  })
})

const fixtures = join(import.meta.dirname, '../engine/checkpoints/fixtures/containers')
const sources = ['plain.pth', 'plain-legacy.pth', 'plain.safetensors', 'stored.npz', 'deflated.npz']

it.each(sources)('%s is refused by name wherever it ends', async (name) => {
  const whole = readFileSync(join(fixtures, name))
  const file = join(temporaryFolder(), 'cut')
  for (let at = 0; at < 40; at++) {
    writeFileSync(file, whole.subarray(0, Math.floor((whole.length * at) / 40)))
    await expect(readCheckpoint(file)).rejects.toMatchObject({ code: expect.stringMatching(/^MODEL_\w+$/) })
  }
})

it('a damaged checkpoint is read or refused, and never a fault of ours', async () => {
  const random = generator('checkpoints', seed)
  const file = join(temporaryFolder(), 'damaged')
  const codes = new Set<string>()
  for (let round = 0; round < 500 * rounds; round++) {
    const source = sources[random.integer(sources.length)] ?? ''
    writeFileSync(file, damaged(random, readFileSync(join(fixtures, source))))
    const code = await readAll(file).then(
      () => 'read',
      (error: unknown) => (error instanceof KernelscopeError ? error.code : String(error)),
    )
    codes.add(code)
    expect(code, `round ${round} of seed ${seed}`).toMatch(/^(read|MODEL_\w+|CHECKPOINT_CODE)$/)
  }
  expect([...codes]).toEqual(
    expect.arrayContaining(['read', 'MODEL_MALFORMED', 'MODEL_TRUNCATED', 'CHECKPOINT_CODE']),
  )
})

async function readAll(file: string): Promise<void> {
  for (const tensor of (await readCheckpoint(file)).tensors.values()) await readStored(tensor)
}
