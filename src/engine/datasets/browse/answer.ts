import type { FactOf, ImageOrder } from '#shared/contract/index.ts'
import { correct, placeOf, unjudged, wrong, type FactColumns } from './columns.ts'
import { confusionCounts } from './confuse.ts'
import type { Pause } from './counts.ts'
import { facetsOf } from './facets.ts'
import type { ColumnReader } from './columnReader.ts'
import { match, passing, selected, type FilterContext } from './match.ts'
import { ordered } from './order.ts'
import type { BrowsedAnswer, BrowseResults, BrowseTask } from './protocol.ts'
import { LruMap } from '../../base/lruMap.ts'

/** Answers tasks from columns. Caches the last lists of images, because a list is read page by page. */
export function answerer(reader: ColumnReader) {
  const lists = new LruMap<string, Uint32Array>(6)

  /** Positions of the images that pass a filter, in the order. */
  function listOf(
    context: FilterContext & { version: string },
    { datasetId, filter, known }: BrowseTask,
    order: ImageOrder,
  ): Uint32Array {
    const key = JSON.stringify([datasetId, filter, order, context.version, known.subsets])
    const list = lists.get(key) ?? ordered(passing(match(filter, context)), order, context)
    lists.set(key, list)
    return list
  }

  let reading: Promise<unknown> = Promise.resolve()
  /** Reads for one request at a time, because two requests may need the same columns. */
  function contextOf(
    ...asked: Parameters<ColumnReader['filterContext']>
  ): ReturnType<ColumnReader['filterContext']> {
    const context = reading.then(() => reader.filterContext(...asked))
    reading = context.catch(() => undefined)
    return context
  }

  /** Answers a task. `pause` is awaited between the steps of a long task. */
  return async function answer(
    task: BrowseTask,
    pause: Pause = () => Promise.resolve(),
  ): Promise<BrowseResults[BrowseTask['kind']]> {
    const { datasetId, known, filter } = task
    const open = (more: { order?: ImageOrder; shownFacts?: readonly FactOf[] } = {}) =>
      contextOf(datasetId, known, { filter, ...more })
    switch (task.kind) {
      case 'page': {
        const shownFacts = task.shownFact ? [task.shownFact] : []
        const context = await open({ order: task.order, shownFacts })
        return page(listOf(context, task, task.order), context, task)
      }
      case 'place': {
        const context = await open({ order: task.order })
        return placed(listOf(context, task, task.order), context, task.imageId)
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
        const context = await contextOf(datasetId, known, {
          filter: task.selection.filter ?? {},
          order: task.order,
        })
        const mask = selected(task.selection, context)
        const places = passing({ fails: mask.map((value) => 1 - value) })
        return { ids: idsAt(ordered(places, task.order, context), context) }
      }
    }
  }
}

const idsAt = (places: Uint32Array, { images }: FilterContext) => places.map((at) => images.id[at] ?? 0)

function page(
  list: Uint32Array,
  context: FilterContext,
  { from, after, limit, shownFact }: Extract<BrowseTask, { kind: 'page' }>,
): BrowseResults['page'] {
  const start = after === null ? from : placeAfter(list, context, after)
  const places = list.slice(start, start + limit)
  const facts = shownFact && context.facts(shownFact)
  const answers = facts ? Array.from(places, (at) => answerAt(facts, at)) : []
  return { ids: idsAt(places, context), images: list.length, from: start, answers }
}

function answerAt(facts: FactColumns, at: number): BrowsedAnswer | null {
  const state = facts.state[at]
  if (state !== correct && state !== wrong && state !== unjudged) return null
  return {
    predicted: facts.predicted[at] ?? 0,
    confidence: facts.confidence[at] ?? 0,
    correct: state === unjudged ? null : state === correct,
  }
}

/** Position after an image. Where the image is no longer in the list, the position of the next one in the index. */
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
