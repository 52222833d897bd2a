import { chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '#engine/base/temporary.ts'
import { makeBase } from './base.ts'
import { cases } from './cases/index.ts'
import { placeIn } from './place.ts'
import { outcomeOf, type Outcome } from './visit.ts'

/** Writes what becomes of each hostile workspace to expected.json. Read the difference: each line is a promise. */
const root = temporaryFolder('expect')
chmodSync(root, 0o755)
const engine = await createEngine({ imageWorkers: 1 })
await makeBase(engine, join(root, 'base'))
const expected: Record<string, Outcome> = {}
for (const one of cases) {
  const folder = join(root, 'one')
  expected[one.title] = await outcomeOf(engine, one, placeIn(folder, join(root, 'base')))
  rmSync(folder, { recursive: true, force: true })
}
await engine.close()
writeFileSync(join(import.meta.dirname, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`)
