import { startApp } from '../setting/app.ts'
import { implement } from '@orpc/server'
import { afterEach, expect, it } from 'vitest'
import { ref } from 'vue'
import { contract } from '#shared/contract/index.ts'
import { useStudyResult } from '../../../src/renderer/features/studies/result/useStudyResult.ts'

let stop = () => {}
afterEach(() => stop())

it('counts a result as older until one that was asked for after the end has been answered', async () => {
  const os = implement(contract)
  const asked: (() => void)[] = []
  const app = startApp({
    studies: {
      result: os.studies.result.handler(async () => {
        await new Promise<void>((resolve) => asked.push(resolve))
        // What is answered does not matter here.
        throw new Error('no result')
      }),
    },
  })
  ;({ stop } = app)
  const running = ref(true)
  const { of } = app.view(() => useStudyResult(1, { running, grown: () => [] }))
  await expect.poll(() => asked.length).toBe(1)
  running.value = false
  await expect.poll(() => asked.length).toBe(2)
  expect(of.older.value).toBe(true)
  asked[0]?.()
  await new Promise((resolve) => setTimeout(resolve, 20))
  expect([of.older.value, of.error.value]).toEqual([true, null])
  asked[1]?.()
  await expect.poll(() => of.error.value?.message).toBeDefined()
  expect(of.older.value).toBe(false)
})
