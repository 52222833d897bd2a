import { implement } from '@orpc/server'
import { afterEach, expect, it } from 'vitest'
import { ref } from 'vue'
import { startApp } from '../setting/app.ts'
import { contract } from '#shared/contract/index.ts'
import { useFlips, type FlipDirection } from '../../../src/renderer/features/studies/cell/useFlips.ts'

let stop = () => {}
afterEach(() => stop())

it('the images behind a cell are read again for another direction, with the number of compared images', async () => {
  const os = implement(contract)
  const asked: string[] = []
  const app = startApp({
    studies: {
      flips: os.studies.flips.handler(({ input }) => {
        asked.push(`${input.key} ${input.direction} ${input.after}`)
        const total = input.direction === 'lost' ? 3 : 0
        return { rows: [], next: null, from: null, total, compared: 40, point: null }
      }),
    },
  })
  ;({ stop } = app)
  const direction = ref<FlipDirection>('lost')
  const { of } = app.view(() =>
    useFlips(
      () => 5,
      () => ({ modelId: 1, key: 'percent=50' }),
      () => direction.value,
    ),
  )
  await expect.poll(() => [of.total.value, of.compared.value]).toEqual([3, 40])
  direction.value = 'gained'
  await expect.poll(() => of.total.value).toBe(0)
  expect(asked).toEqual(['percent=50 lost null', 'percent=50 gained null'])
})

it('a list whose engine died is read again when another has started', async () => {
  const os = implement(contract)
  let started = 0
  const app = startApp({
    studies: {
      flips: os.studies.flips.handler(async () => {
        if (started++ === 0) await new Promise(() => {})
        return { rows: [], next: null, from: null, total: 3, compared: 40, point: null }
      }),
    },
  })
  ;({ stop } = app)
  const { of } = app.view(() =>
    useFlips(
      () => 5,
      () => ({ modelId: 1, key: 'percent=50' }),
      () => 'lost',
    ),
  )
  await expect.poll(() => started).toBe(1)
  await app.restart()
  await expect.poll(() => of.total.value).toBe(3)
  expect(of.error.value).toBeNull()
})
