import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { StudySummary } from '#shared/contract/index.ts'
import { openSummaries } from '#engine/studies/images/summaries.ts'
import { keptSummary } from '#engine/studies/reading/keptSummaries.ts'
import { temporaryFolder } from '../../temporary.ts'

it('a summary is made once for a state, also by another process, and anew where the state is another', async () => {
  const file = join(temporaryFolder(), 'summaries.sqlite')
  let made = 0
  const make = (): Promise<StudySummary> => {
    made++
    const answers = { measured: made, failed: 0, of: 9 }
    return Promise.resolve({ state: 'incomplete', complete: false, answers, keyNumber: null })
  }
  const ask = async (stamp: string | null) => {
    const { db, close } = openSummaries(file)
    const found = await keptSummary(db, 1, stamp, make)
    close()
    return found.answers.measured
  }
  expect(await ask('a')).toBe(1)
  expect(await ask('a')).toBe(1)
  expect(await ask('b')).toBe(2)
  expect(await ask(null)).toBe(3)
  expect(await ask('b')).toBe(2)
})
