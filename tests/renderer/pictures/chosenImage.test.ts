import { implement } from '@orpc/server'
import { afterEach, expect, it, vi } from 'vitest'
import { startApp } from '../setting/app.ts'
import { contract, type Dataset } from '#shared/contract/index.ts'
import { useChosenImage } from '../../../src/renderer/features/pictures/chooser/useChosenImage.ts'

vi.mock('../../../src/renderer/lib/stores/collections.ts', () => ({
  useDatasetsStore: () => ({
    rows: [1, 2].map(
      (id) =>
        ({
          id,
          images: 4,
          state: 'ready',
          parts: [],
          recognised: 'folders',
          layout: 'folders',
        }) as Partial<Dataset>,
    ),
  }),
}))

let stop = () => {}
afterEach(() => stop())

/** The chosen image of a view. The test decides when the engine answers requests for the first image of a dataset. */
function open() {
  const os = implement(contract)
  const answer = new Map<number, () => void>()
  const app = startApp({
    datasets: {
      images: os.datasets.images.handler(async ({ input: { datasetId } }) => {
        await new Promise<void>((resolve) => answer.set(datasetId, resolve))
        const row = { id: 10 * datasetId, datasetId, name: 'a.png', width: 1, height: 1, bytes: 1 }
        return {
          rows: [{ ...row, classIndex: null, className: null, part: null, problem: null }],
          next: null,
          from: 0,
        }
      }),
    },
  })
  ;({ stop } = app)
  return { answer, chosen: app.view(() => useChosenImage()).of }
}

it('begins with the first image of the usual dataset', async () => {
  const { answer, chosen } = open()
  await expect.poll(() => answer.has(1)).toBe(true)
  answer.get(1)?.()
  await expect.poll(() => chosen.image.value).toEqual({ id: 10 })
})

it('keeps what was chosen while the first image of a dataset was being looked up', async () => {
  const { answer, chosen } = open()
  await expect.poll(() => answer.has(1)).toBe(true)
  chosen.image.value = { path: '/dropped.png' }
  answer.get(1)?.()
  // Another answer over the same port comes after it.
  const second = chosen.first(2)
  await expect.poll(() => answer.has(2)).toBe(true)
  expect(chosen.image.value).toEqual({ path: '/dropped.png' })
  answer.get(2)?.()
  await second
  expect(chosen.image.value).toEqual({ id: 20 })
})

it('uses the dataset that was requested last, whichever answers first', async () => {
  const { answer, chosen } = open()
  await expect.poll(() => answer.has(1)).toBe(true)
  const second = chosen.first(2)
  await expect.poll(() => answer.has(2)).toBe(true)
  answer.get(2)?.()
  await second
  answer.get(1)?.()
  const third = chosen.first(3)
  await expect.poll(() => answer.has(3)).toBe(true)
  expect(chosen.image.value).toEqual({ id: 20 })
  answer.get(3)?.()
  await third
})
