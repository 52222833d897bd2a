import { expect, it } from 'vitest'
import { keptSessions, type OpenAttack } from '#engine/studies/definition/index.ts'

const model = (id: number, megabytes = 1) => ({ id, bytes: megabytes * 2 ** 20 }) as never

/** Attack sessions that count how many were opened and are still open. */
function counted() {
  const counts = { opened: 0, open: 0 }
  const open = () => {
    counts.opened++
    counts.open++
    // Only what is asked of a session that waits.
    const session = { ended: false, close: () => Promise.resolve(void counts.open--) }
    return Promise.resolve({
      sessions: [session],
      provider: { name: 'cpu', reason: '' },
    } as unknown as OpenAttack)
  }
  return { counts, open }
}

it('an attack session stays open for the next stretch, and is closed after the last', async () => {
  const { counts, open } = counted()
  const sessions = keptSessions()
  for (const last of [false, false, true]) {
    sessions.again = !last
    await sessions.giveAttack(model(1), await sessions.takeAttack(model(1), open))
  }
  expect(counts).toEqual({ opened: 1, open: 0 })
})

it('keeps as many as there is room for, and none whose worker has died', async () => {
  const { counts, open } = counted()
  const sessions = keptSessions()
  sessions.again = true
  for (let id = 0; id < 9; id++) await sessions.giveAttack(model(id), await open())
  expect(counts.open).toBe(6)
  await sessions.close()
  expect(counts.open).toBe(0)
  // Forward and backward graph both have the weights.
  for (const id of [1, 2, 3]) await sessions.giveAttack(model(id, 200), await open())
  expect(counts.open).toBe(2)
  await sessions.close()
  const opened = await open()
  const [first] = opened.sessions
  await sessions.giveAttack(model(1), { ...opened, sessions: [{ ...first, ended: true }] })
  expect(counts.open).toBe(0)
})
