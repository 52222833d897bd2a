import { implement } from '@orpc/server'
import { afterEach, describe, expect, it } from 'vitest'
import { startApp, workspaceAt } from '../setting/app.ts'
import { contract, type ImageRow } from '#shared/contract/index.ts'
import { useImagePages } from '../../../src/renderer/features/datasets/grid/useImagePages.ts'
import { useImagePlace } from '../../../src/renderer/features/datasets/useImagePlace.ts'
import { useBrowseStore } from '../../../src/renderer/features/datasets/browseStore.ts'

const total = 1000
const image = (id: number): ImageRow => ({
  id,
  datasetId: 3,
  name: `${id}.png`,
  classIndex: null,
  className: null,
  width: 1,
  height: 1,
  bytes: 1,
  part: null,
  problem: null,
})

/** Datasets of a thousand images each. The id of an image is its position plus one. */
function library() {
  const os = implement(contract)
  return {
    datasets: {
      images: os.datasets.images.handler(({ input: { from = 0, limit } }) => ({
        rows: Array.from({ length: Math.min(limit, total - from) }, (_, k) => image(from + k + 1)),
        from,
        next: null,
      })),
      count: os.datasets.count.handler(() => ({ images: total })),
      place: os.datasets.place.handler(({ input: { imageId } }) => ({
        place: imageId - 1,
        previous: 5001,
        next: 5002,
        images: 7,
      })),
    },
  }
}

let stop = () => {}
afterEach(() => stop())

/** Opens the image at a position of the list of dataset 3, as the grid does, then leaves the grid. */
async function openedAt(place: number) {
  const none = { template: '' }
  const app = startApp(library(), [
    { path: '/datasets/:id', name: 'dataset', component: none },
    { path: '/images/:id', name: 'image', component: none },
  ])
  ;({ stop } = app)
  await app.router.push('/datasets/3?class=1')
  const grid = app.view(() =>
    useImagePages(
      () => 3,
      () => ({ classes: [1] }),
    ),
  )
  const pages = grid.of.pages.value
  pages.want(place, place + 1)
  await expect.poll(() => pages.row(place)?.id).toBe(place + 1)
  useBrowseStore().open(
    {
      address: app.router.currentRoute.value.fullPath,
      count: total,
      row: (at) => pages.row(at),
      find: (id) => pages.find((row) => row.id === id),
      want: (from, to) => pages.want(from, to),
    },
    place,
  )
  await app.router.push(`/images/${place + 1}?dataset=3&class=1`)
  grid.leave()
  const page = (id: number) =>
    app.view(() =>
      useImagePlace(
        () => id,
        () => 3,
        () => null,
      ),
    ).of
  return { app, page }
}

describe('the neighbours of an image', () => {
  it('continue past the pages that the grid had loaded', async () => {
    const { page } = await openedAt(199)
    const { neighbour, position } = page(200)
    expect([neighbour(-1), position.value]).toEqual([199, '200 of 1,000'])
    await expect.poll(() => neighbour(1)).toBe(201)
  })

  it('are those of the address once another filter or dataset is shown', async () => {
    const { app, page } = await openedAt(199)
    for (const address of ['/images/200?dataset=3&class=2', '/images/200?dataset=4&class=1', '/images/200']) {
      await app.router.push(address)
      const { neighbour, position } = page(200)
      await expect.poll(() => [neighbour(1), position.value]).toEqual([5002, '200 of 7'])
    }
  })

  it('never come from a list of another workspace', async () => {
    const { app, page } = await openedAt(199)
    app.workspace.info = workspaceAt('/b')
    expect(useBrowseStore().list).toBeNull()
    const { neighbour } = page(200)
    await expect.poll(() => neighbour(1)).toBe(5002)
  })
})
