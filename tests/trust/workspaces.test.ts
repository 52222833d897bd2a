import { chmodSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { temporaryFolderOfFile } from '../temporary.ts'
import { makeBase } from './workspaces/base.ts'
import { cases } from './workspaces/cases/index.ts'
import expected from './workspaces/expected.json' with { type: 'json' }
import { told } from './told.ts'
import { placeIn } from './workspaces/place.ts'
import { outcomeOf } from './workspaces/visit.ts'

let engine: Engine
const root = temporaryFolderOfFile()
const base = join(root, 'base')
const promised = z.record(z.string(), z.unknown()).parse(expected)

beforeAll(async () => {
  chmodSync(root, 0o755)
  engine = await createEngine({ imageWorkers: 1 })
  await makeBase(engine, base)
})
afterAll(() => engine.close())

it('a sound workspace opens, answers everything and is found sound', async () => {
  const place = placeIn(join(root, 'sound'), base)
  const outcome = await outcomeOf(engine, { title: 'sound', spoil: () => undefined, reads: 'facts' }, place)
  expect(outcome).toEqual({ opened: 'opens' })
})

it('there are as many hostile workspaces as outcomes, and as docs/trust.md tells of', () => {
  expect(cases.map(({ title }) => title).sort()).toEqual(Object.keys(promised).sort())
  expect(told().workspaces).toBe(cases.length)
  // Each fault has a code that says whose it is, and nothing of others is touched.
  expect(JSON.stringify(expected)).not.toMatch(/INTERNAL|"changed"/)
})

describe.runIf(process.platform !== 'win32')('a workspace with', () => {
  it.each(cases)('$title', async (one) => {
    const folder = join(root, 'one')
    try {
      expect(await outcomeOf(engine, one, placeIn(folder, base))).toEqual(promised[one.title])
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
