import { expect, it } from 'vitest'
import { niceness } from '#engine/base/background.ts'

it.each([
  [1, 15],
  [2, 11],
  [4, 8],
  [8, 4],
  [16, 0],
  [128, 0],
])('a thread in the background takes at most a twenty-fifth of %i busy cores', (cores, level) => {
  // The weights of levels of `nice` 0, 4, 8, 11 and 15 in the Linux kernel (sched_prio_to_weight).
  const weights: Record<number, number> = { 0: 1024, 4: 423, 8: 172, 11: 87, 15: 36 }
  expect(niceness(cores)).toBe(level)
  const weight = weights[level] ?? 0
  expect(weight / (1024 + weight) / cores).toBeLessThanOrEqual(0.04)
})
