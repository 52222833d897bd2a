import { expect, it } from 'vitest'
import { engineWords } from '../../src/renderer/lib/engineWords.ts'
import { KernelscopeError } from '#shared/errors.ts'

const problem = new KernelscopeError('ENGINE_DOWN', 'the engine does not answer').toShape()

it('says of an engine on another machine that it goes on, and when it is tried again', () => {
  const lost = { state: 'down', host: 'lab', problem, retryInMs: 4000, restarts: 2 } as const
  expect(engineWords(lost).label).toBe('Connection to lab lost')
  expect(engineWords(lost).banner).toMatch(/jobs go on there; the next try is in 4 s/)
  expect(engineWords({ ...lost, busy: true }).label).toBe('lab does not answer')
  expect(engineWords({ state: 'ready', host: 'lab', roundTripMs: 12 }).label).toBe('lab, 12 ms')
  expect(engineWords({ state: 'starting', host: 'lab' }).label).toBe('Connecting to lab')
  expect(engineWords({ state: 'failed', host: 'lab', problem, restarts: 0 }).tone).toBe('error')
})

it('says that the engine is being restarted only of one that ended', () => {
  const down = { state: 'down', problem, retryInMs: 55_000, restarts: 0 } as const
  const busy = engineWords({ ...down, busy: true })
  expect(busy.label).toBe('Engine does not answer')
  expect(busy.banner).toContain('only if it stays silent for 55 s')
  const ended = engineWords(down)
  expect(ended.label).toBe('Engine restarting')
  expect(ended.banner).toContain('is being started again')
  for (const words of [
    busy,
    engineWords({ state: 'ready' }),
    engineWords({ state: 'starting' }),
    engineWords({ state: 'failed', problem, restarts: 8 }),
  ])
    expect(`${words.label} ${words.banner} ${problem.hint}`).not.toMatch(/restarting|being (re)?started/)
  expect(engineWords({ state: 'ready' }).banner).toBeNull()
})
