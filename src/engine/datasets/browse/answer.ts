import type { FactOf, ImageOrder } from '#shared/contract/index.ts'
import { placeOf } from './columns.ts'
import { confusionCounts } from './confuse.ts'
import type { Pause } from './counts.ts'
import { facetsOf } from './facets.ts'
import type { Library } from './library.ts'
import { match, passing, selected, type FilterContext } from './match.ts'
import { ordered } from './order.ts'
import type { BrowseResults, BrowseTask } from './protocol.ts'
import { LruMap } from '../../base/lruMap.ts'

/** Answers tasks from a library; the last lists of images are kept, since a list is read page by page. */
export function answerer(library: Library) {
  const lists = new LruMap<string, Uint32Array>(6)

  /** Places of the images of a filter in their order. */
  function listOf(
    shelf: FilterContext & { version: string },
    { datasetId, filter, known }: BrowseTask,
    order: ImageOrder,
  ): Uint32Array {
    const key = JSON.stringify([datasetId, filter, order, shelf.version, known.subsets])
    const list = lists.get(key) ?? ordered(passing(match(filter, shelf)), order, shelf)
    lists.set(key, list)
    return list
  }

  let reading: Promise<unknown> = Promise.resolve()
  /** One after another: two requests would read the same columns. */
  function shelfOf(...asked: Parameters<Library['shelf']>): ReturnType<Library['shelf']> {
    const shelf = reading.then(() => library.shelf(...asked))
    reading = shelf.catch(() => undefined)
    return shelf
  }

  /** `pause` is awaited between the steps of what takes long. */
  return async function answer(
    task: BrowseTask,
    pause: Pause = () => Promise.resolve(),
  ): Promise<BrowseResults[BrowseTask['kind']]> {
    const { datasetId, known, filter } = task
    const open = (more: { order?: ImageOrder; shownFacts?: readonly FactOf[] } = {}) =>
      shelfOf(datasetId, known, { filter, ...more })
    switch (task.kind) {
      case 'page': {
        const shelf = await open({ order: task.order })
        return page(listOf(shelf, task, task.order), shelf, task)
      }
      case 'place': {
        const shelf = await open({ order: task.order })
        return placed(listOf(shelf, task, task.order), shelf, task.imageId)
      }
      case 'facets':
        return facetsOf(
          filter,
          task.shownFacts,
          task.tags,
          await open({ shownFacts: task.shownFacts }),
          pause,
        )
      case 'confusion':
        return confusionCounts(filter, task.shownFact, await open({ shownFacts: [task.shownFact] }))
      case 'selection': {
        const shelf = await shelfOf(datasetId, known, {
          filter: task.selection.filter ?? {},
          order: task.order,
        })
        const mask = selected(task.selection, shelf)
        const places = passing({ fails: mask.map((value) => 1 - value) })
        return { ids: idsAt(ordered(places, task.order, shelf), shelf) }
      }
    }
  }
}

const idsAt = (places: Uint32Array, { images }: FilterContext) => places.map((at) => images.id[at] ?? 0)

function page(
  list: Uint32Array,
  shelf: FilterContext,
  { from, after, limit }: { from: number; after: number | null; limit: number },
): BrowseResults['page'] {
  const start = after === null ? from : placeAfter(list, shelf, after)
  return { ids: idsAt(list.slice(start, start + limit), shelf), images: list.length, from: start }
}

/** Place behind an image; in the order of the index the image itself may be gone. */
function placeAfter(list: Uint32Array, { images }: FilterContext, imageId: number): number {
  const at = placeOf(images.id, imageId)
  const found = at < 0 ? -1 : list.indexOf(at)
  if (found >= 0) return found + 1
  const next = list.findIndex((place) => (images.id[place] ?? 0) > imageId)
  return next < 0 ? list.length : next
}

function placed(list: Uint32Array, { images }: FilterContext, imageId: number): BrowseResults['place'] {
  const at = placeOf(images.id, imageId)
  const place = at < 0 ? -1 : list.indexOf(at)
  const idAt = (k: number) => {
    const found = list[k]
    return found === undefined ? null : (images.id[found] ?? null)
  }
  if (place < 0) return { place: null, previous: null, next: null, images: list.length }
  return { place, previous: idAt(place - 1), next: idAt(place + 1), images: list.length }
}
