import { expect, it } from 'vitest'
import { nextTick, ref } from 'vue'
import { useStopRule } from '../../../src/renderer/features/studies/new/useStopRule.ts'

it('asks for what was typed, in shares and seconds, and for nothing by default', async () => {
  const modelIds = ref([3, 5, 8])
  const { points, above, minutes, until } = useStopRule(modelIds)
  expect(until.value).toBeUndefined()
  points.value = 1.5
  expect(until.value).toEqual({ within: 0.015 })
  minutes.value = 10
  above.value = { a: 5, b: 3 }
  expect(until.value).toEqual({ within: 0.015, above: { a: 5, b: 3 }, seconds: 600 })
  // A model that was taken out is compared with none.
  modelIds.value = [5, 8]
  await nextTick()
  expect(until.value).toEqual({ within: 0.015, seconds: 600 })
  points.value = null
  minutes.value = null
  expect(until.value).toBeUndefined()
})
