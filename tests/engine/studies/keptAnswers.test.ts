import { mkdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { codeState, stateOf } from '#engine/base/codeState.ts'
import { openSummaries } from '#engine/studies/images/summaries.ts'
import { isKept, keptAnswer, type KeptStudy } from '#engine/studies/reading/keptAnswers.ts'
import { temporaryFolder } from '../../temporary.ts'

function answering() {
  const file = join(temporaryFolder(), 'summaries.sqlite')
  let made = 0
  /** Asks in a process of its own. */
  const ask = async (stamp: string, other: Partial<KeptStudy> = {}, settled = true) => {
    const { db, close } = openSummaries(file)
    const about = { kind: 'result', studyId: 1, stamp, ...other } as const
    const found = await keptAnswer(db, about, settled, () =>
      Promise.resolve({ made: ++made, none: undefined, nan: NaN }),
    )
    expect(isKept(db, about)).toBe(settled)
    close()
    return found
  }
  return { file, ask }
}

it('an answer is made once for a state, also by another process, and anew where the state is another', async () => {
  const { ask } = answering()
  expect(await ask('a')).toEqual({ made: 1, none: undefined, nan: NaN })
  expect(await ask('a')).toEqual({ made: 1, none: undefined, nan: NaN })
  expect((await ask('a', { kind: 'summary' })).made).toBe(2)
  expect((await ask('a', { studyId: 2 })).made).toBe(3)
  expect((await ask('b')).made).toBe(4)
  expect((await ask('b')).made).toBe(4)
})

it('an answer about a study that runs is not kept', async () => {
  const { ask } = answering()
  expect((await ask('a', {}, false)).made).toBe(1)
  expect((await ask('a')).made).toBe(2)
})

it('a kept answer is made anew where one of its bytes is another', async () => {
  const { file, ask } = answering()
  await ask('a')
  const { db, close } = openSummaries(file)
  db.prepare("UPDATE kept_answer SET answer = CAST(replace(answer, 'made', 'fade') AS BLOB)").run()
  close()
  expect((await ask('a')).made).toBe(2)
})

it('code has another state where one of its files is another', () => {
  expect(codeState()).toMatch(/^[0-9a-f]{64}$/)
  const folder = temporaryFolder()
  const file = join(folder, 'room', 'a.ts')
  mkdirSync(join(folder, 'room'))
  writeFileSync(file, 'one')
  utimesSync(file, 1, 1)
  const states = [stateOf('1.0', [folder]), stateOf('1.1', [folder])]
  writeFileSync(file, 'two')
  states.push(stateOf('1.0', [folder]))
  utimesSync(file, 1, 1)
  expect(stateOf('1.0', [folder])).toBe(states[0])
  writeFileSync(join(folder, 'b.ts'), '')
  states.push(stateOf('1.0', [folder]))
  expect(new Set(states).size).toBe(4)
})
