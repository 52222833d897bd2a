import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '#engine/base/temporary.ts'
import { changes } from './cases.ts'
import { answerTo } from './answer.ts'

/** Writes what each hostile model gives to expected.json. Read the difference: each line is a promise. */
const folder = temporaryFolder('expect')
const expected: Record<string, string> = {}
for (const [name, change] of changes) expected[name] = await answerTo(change, folder)
writeFileSync(join(import.meta.dirname, 'expected.json'), `${JSON.stringify(expected, null, 2)}\n`)
