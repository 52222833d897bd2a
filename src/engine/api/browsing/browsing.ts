import type { ImageOrder, ImageRow, ImageSelection } from '#shared/contract/index.ts'
import { factKey } from '#shared/factText.ts'
import { datasetRow, firstRows, imageRows, listTags, type BrowseResults } from '../../datasets/index.ts'
import { getModel } from '../../models/index.ts'
import { confusionOf } from './confusion.ts'
import { changedModels, measuredConditions } from './conditions.ts'
import { api } from '../session/implementation.ts'
import { knownFor } from './known.ts'
import { exportList } from './imageList.ts'
import type { EngineSession } from '../session/session.ts'

const indexOrder: ImageOrder = { by: 'place', descending: false }

/**
 * Returns the ids of the images of a selection, in the given order.
 *
 * @throws WORKSPACE_CLOSED where no workspace is open
 * @throws MODEL_NOT_FOUND, SUBSET_NOT_FOUND, STUDY_NOT_FOUND where the selection or order names what does not exist
 */
export async function selectedIds(
  session: EngineSession,
  datasetId: number,
  selection: ImageSelection,
  order: ImageOrder = indexOrder,
  signal?: AbortSignal,
): Promise<Uint32Array> {
  const known = knownFor(session, datasetId, { filter: selection.filter, order })
  const task = { kind: 'selection', datasetId, known, filter: {}, selection, order } as const
  const { ids } = await session.open().browser.ask(task, signal)
  return ids
}

/** Rows with what the shown model says of them. Images may have been removed since they were listed. */
function answered(
  rows: ImageRow[],
  { ids, answers }: BrowseResults['page'],
  labels: readonly string[],
): ImageRow[] {
  const places = new Map(Array.from(ids, (imageId, place) => [imageId, place]))
  return rows.map((row) => {
    const found = answers[places.get(row.id) ?? -1]
    if (!found) return row
    const { predicted, confidence, correct } = found
    return { ...row, answer: { label: labels[predicted] ?? `class ${predicted}`, confidence, correct } }
  })
}

export const browsing = {
  images: api.datasets.images.handler(async ({ input, context: { session }, signal }) => {
    const { datasetId, filter, order, shownFact, from, after, limit } = input
    const { workspace, browser } = session.open()
    datasetRow(workspace.db, datasetId)
    const plain = Object.keys(filter).length === 0 && order.by === 'place' && !order.descending
    if (plain && !shownFact && (from ?? 0) === 0)
      return { ...firstRows(workspace.db, datasetId, after, limit), from: after === null ? 0 : null }
    const known = knownFor(session, datasetId, { filter, order, shownFacts: shownFact ? [shownFact] : [] })
    const page = await browser.ask(
      { kind: 'page', datasetId, known, filter, order, shownFact, from: from ?? 0, after, limit },
      signal,
    )
    const labels = shownFact ? getModel(workspace.db, shownFact.modelId).labels : []
    const more = page.from + page.ids.length < page.images
    return {
      rows: answered(imageRows(workspace.db, page.ids), page, labels),
      next: more ? (page.ids.at(-1) ?? null) : null,
      from: page.from,
    }
  }),
  count: api.datasets.count.handler(async ({ input, context: { session }, signal }) => {
    const { datasetId, filter } = input
    const { workspace, browser } = session.open()
    datasetRow(workspace.db, datasetId)
    if (Object.keys(filter).length === 0) {
      const sql = 'SELECT count(*) FROM image WHERE dataset_id = ?'
      return { images: Number(workspace.db.prepare(sql).pluck().get(datasetId)) }
    }
    const known = knownFor(session, datasetId, { filter })
    const task = { datasetId, known, filter, order: indexOrder, from: 0, after: null, limit: 0 }
    return { images: (await browser.ask({ kind: 'page', ...task }, signal)).images }
  }),
  place: api.datasets.place.handler(({ input, context: { session }, signal }) => {
    const { filter, order } = input
    return session
      .open()
      .browser.ask(
        { kind: 'place', known: knownFor(session, input.datasetId, { filter, order }), ...input },
        signal,
      )
  }),
  facets: api.datasets.facets.handler(({ input, context: { session }, signal }) => {
    const { workspace, browser } = session.open()
    datasetRow(workspace.db, input.datasetId)
    const shownFacts = [
      ...new Map(input.shownFacts.map((shownFact) => [factKey(shownFact), shownFact])).values(),
    ]
    const known = knownFor(session, input.datasetId, { filter: input.filter, shownFacts })
    const tags = listTags(workspace.db).map(({ name }) => name)
    return browser.ask({ kind: 'facets', ...input, shownFacts, known, tags }, signal)
  }),
  confusion: api.datasets.confusion.handler(async ({ input, context: { session }, signal }) => {
    const { workspace, browser } = session.open()
    const { datasetId, filter, shownFact } = input
    const known = knownFor(session, datasetId, { filter, shownFacts: [shownFact] })
    const counts = await browser.ask({ kind: 'confusion', datasetId, known, filter, shownFact }, signal)
    return confusionOf(workspace.db, counts, datasetId, getModel(workspace.db, shownFact.modelId), input)
  }),
  conditions: api.datasets.conditions.handler(({ input, context: { session } }) =>
    measuredConditions(session.db, input.datasetId),
  ),
  changedModels: api.datasets.changedModels.handler(({ input, context: { session } }) =>
    changedModels(session.db, input.datasetId),
  ),
  selected: api.datasets.selected.handler(async ({ input, context: { session }, signal }) => ({
    images: (await selectedIds(session, input.datasetId, input.selection, undefined, signal)).length,
  })),
  exportList: api.datasets.exportList.handler(async ({ input, context: { session }, signal }) => {
    const { workspace } = session.open()
    const ids = await selectedIds(session, input.datasetId, input.selection, input.order, signal)
    return exportList(workspace, input.datasetId, ids, input.path)
  }),
}
