import { expect, it } from 'vitest'
import { engineWords } from '../../src/renderer/lib/engineWords.ts'
import { KernelscopeError } from '#shared/errors.ts'

const problem = new KernelscopeError('ENGINE_DOWN', 'the engine does not answer').toShape()

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
