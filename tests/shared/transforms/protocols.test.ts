import { expect, it } from 'vitest'
import {
  corruptionNames,
  imagenetC15,
  imagenetC19,
  imagenetCHoldOut,
  imagenetP10,
  imagenetP14,
  imagenetPHoldOut,
  perturbationNames,
} from '#shared/transforms/index.ts'

it('keeps the published lists at their length, and frozen', () => {
  const lists = [imagenetC15, imagenetCHoldOut, imagenetC19, imagenetP10, imagenetPHoldOut, imagenetP14]
  expect(lists.map(({ length }) => length)).toEqual([15, 4, 19, 10, 4, 14])
  for (const list of lists) {
    expect(new Set<string>(list).size).toBe(list.length)
    expect(Object.isFrozen(list)).toBe(true)
  }
})

it('can make every published corruption and perturbation', () => {
  expect([...new Set([...imagenetC19, ...corruptionNames])]).toEqual([...corruptionNames])
  expect([...new Set([...imagenetP14, ...perturbationNames])]).toEqual([...perturbationNames])
})
