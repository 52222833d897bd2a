import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { generator, type Generator } from '#shared/random.ts'
import { temporaryFolder } from '../temporary.ts'
import { damaged } from './fuzz/damage.ts'
import { casesInTime, placeOf, rounds, seed } from './fuzz/rounds.ts'
import { makeBase } from './workspaces/base.ts'
import { placeIn, type Place } from './workspaces/place.ts'
import { outcomeOf } from './workspaces/visit.ts'

const beside = ['-wal', '-shm', '-journal'].map((end) => `workspace.sqlite${end}`)
const others = ['workspace.lock', 'workspace.owner', 'thumbnails.sqlite', 'summaries.sqlite', 'browse.sqlite']

/** Damages the database, a page of it, or a file beside it. */
function spoil(random: Generator, { path, file }: Place): void {
  const bytes = readFileSync(file)
  const kind = random.integer(10)
  if (kind < 6) return writeFileSync(file, damaged(random, bytes))
  const page = random.integer(bytes.length / 4096) * 4096
  if (kind < 8) {
    // Rows lie within the pages, so that the order of pages is mostly kept.
    for (let change = random.integer(20); change >= 0; change--)
      bytes[page + random.integer(4096)] = random.integer(256)
    return writeFileSync(file, bytes)
  }
  const names = kind === 8 ? beside : others
  const noise = damaged(random, random.integer(2) === 0 ? bytes.subarray(0, 9000) : Buffer.alloc(5000))
  writeFileSync(join(path, names[random.integer(names.length)] ?? 'workspace.lock'), noise)
}

it(
  'a damaged workspace opens, or is refused, and is never a fault of ours',
  { timeout: rounds * 240_000 },
  async () => {
    const folder = temporaryFolder()
    const engine = await createEngine({ imageWorkers: 1 })
    try {
      await makeBase(engine, join(folder, 'base'))
      const opened = new Map<string, number>()
      for (const at of casesInTime(20)) {
        const place = placeIn(join(folder, 'one'), join(folder, 'base'))
        const random = generator(`workspaces ${at}`, seed)
        const change = { title: '', spoil: (here: Place) => spoil(random, here), reads: 'facts' as const }
        const outcome = await outcomeOf(engine, change, place)
        if (/INTERNAL|"changed"/.test(JSON.stringify(outcome)))
          expect.fail(`${placeOf('workspaces', at)}: ${JSON.stringify(outcome)}`)
        const [code = ''] = outcome.opened.split(' ')
        opened.set(code, (opened.get(code) ?? 0) + 1)
        rmSync(join(folder, 'one'), { recursive: true })
      }
      expect([...opened.keys()]).toEqual(expect.arrayContaining(['opens', 'WORKSPACE_CORRUPT']))
    } finally {
      await engine.close()
    }
  },
)
