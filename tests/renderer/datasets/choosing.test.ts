import { implement } from '@orpc/server'
import { afterEach, expect, it, vi } from 'vitest'
import { startApp } from '../setting/app.ts'
import { contract } from '#shared/contract/index.ts'
import { everything } from '../../../src/renderer/features/datasets/grid/selection.ts'
import { useChoosing } from '../../../src/renderer/features/datasets/grid/useChoosing.ts'
import { useSelectionStore } from '../../../src/renderer/features/datasets/selectionStore.ts'

vi.mock('../../../src/renderer/ui/useProblems.ts', () => ({
  useProblems: () => ({ attempt: (action: () => Promise<unknown>) => action().catch(() => undefined) }),
}))

let stop = () => {}
afterEach(() => stop())

it('an older count of chosen images never replaces a newer one', async () => {
  const os = implement(contract)
  const answer = new Map<number | undefined, () => void>()
  const app = startApp({
    datasets: {
      count: os.datasets.count.handler(async ({ input: { filter } }) => {
        const [chosen] = filter.classes ?? []
        await new Promise<void>((resolve) => answer.set(chosen, resolve))
        return { images: 10 * (chosen ?? 0) }
      }),
    },
  })
  ;({ stop } = app)
  const { of } = app.view(() =>
    useChoosing({
      datasetId: () => 3,
      filter: () => ({}),
      order: () => ({ by: 'place', descending: false }),
      row: () => undefined,
    }),
  )
  const selections = useSelectionStore()
  for (const one of [1, 2]) {
    selections.set(3, everything({ classes: [one] }))
    await expect.poll(() => answer.has(one)).toBe(true)
  }
  answer.get(2)?.()
  await expect.poll(() => of.ruleCount.value).toBe(20)
  answer.get(1)?.()
  // Another answer over the same port comes after the older one.
  selections.set(3, everything({ classes: [3] }))
  await expect.poll(() => answer.has(3)).toBe(true)
  expect(of.ruleCount.value).toBe(20)
})
