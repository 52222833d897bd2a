import { afterEach, expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import { startApp } from '../setting/app.ts'
import { useMapRun } from '../../../src/renderer/features/pictures/map/useMapRun.ts'

let stop = () => {}
afterEach(() => stop())

/** A computation for `method`. The test decides when its results arrive. */
function open() {
  const app = startApp({})
  ;({ stop } = app)
  const method = ref('gradient')
  const answers: ((result: string) => void)[] = []
  const { of: run } = app.view(() =>
    useMapRun<string, { method: string }>(
      () =>
        Promise.resolve(
          (async function* () {
            const result = await new Promise<string>((resolve) => answers.push(resolve))
            yield { type: 'result' as const, result }
          })(),
        ),
      { of: () => ({ method: method.value }), on: [method] },
    ),
  )
  return { method, answers, run }
}

it('gives the input of the shown result while another one is being computed', async () => {
  const { method, answers, run } = open()
  await expect.poll(() => answers.length).toBe(1)
  answers[0]?.('a gradient')
  await expect.poll(() => run.result.value).toBe('a gradient')
  expect([run.made.value, run.stale.value]).toEqual([{ method: 'gradient' }, false])
  method.value = 'smoothGrad'
  await expect.poll(() => answers.length).toBe(2)
  expect([run.result.value, run.made.value, run.stale.value]).toEqual([
    'a gradient',
    { method: 'gradient' },
    true,
  ])
  answers[1]?.('a smooth one')
  await expect.poll(() => run.result.value).toBe('a smooth one')
  expect([run.made.value, run.stale.value]).toEqual([{ method: 'smoothGrad' }, false])
})

it('keeps the last result as stale when it is stopped, and ignores a late answer', async () => {
  const { method, answers, run } = open()
  await expect.poll(() => answers.length).toBe(1)
  answers[0]?.('a gradient')
  await expect.poll(() => run.result.value).toBe('a gradient')
  method.value = 'smoothGrad'
  await expect.poll(() => answers.length).toBe(2)
  run.cancel()
  expect(run.pending.value).toBe(false)
  answers[1]?.('too late')
  await nextTick()
  await nextTick()
  expect([run.result.value, run.stale.value]).toEqual(['a gradient', true])
  void run.run()
  await expect.poll(() => answers.length).toBe(3)
  answers[2]?.('a smooth one')
  await expect.poll(() => run.stale.value).toBe(false)
})
