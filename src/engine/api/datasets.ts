import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { ImagePrediction } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import {
  browse,
  datasetRow,
  detectLayout,
  getDataset,
  insertDataset,
  listDatasets,
  locateImage,
  neighbours,
  removeDataset,
  removeFrames,
} from '../datasets/index.ts'
import { currentVariant, getModel, listModels } from '../models/index.ts'
import { cleanCondition, unpackTop } from '../studies/index.ts'
import type { Db } from '../workspace/index.ts'
import { api } from './implementation.ts'
import type { EngineSession } from './session.ts'

const db = (session: EngineSession) => session.open().workspace.db

const browser = (database: Db) =>
  browse(
    database,
    (modelId) => currentVariant(database, getModel(database, modelId))?.id ?? null,
    cleanCondition(database),
  )

export const datasets = {
  list: api.datasets.list.handler(({ context }) => listDatasets(db(context.session))),
  get: api.datasets.get.handler(({ input, context }) => getDataset(db(context.session), input.id)),
  add: api.datasets.add.handler(async ({ input, context }) => {
    const { workspace, jobs } = context.session.open()
    const path = resolve(input.path)
    if (!existsSync(path)) throw new KernelscopeError('FILE_MISSING', `no such folder: ${path}`)
    const layout = await detectLayout(path, input.labels)
    const title = input.title ?? basename(path)
    const id = insertDataset(workspace.db, path, title, layout)
    const job = jobs.add({ kind: 'index', title: `Index ${title}`, datasetId: id })
    return { dataset: getDataset(workspace.db, id), jobId: job.id }
  }),
  reindex: api.datasets.reindex.handler(({ input, context }) => {
    const { workspace, jobs } = context.session.open()
    const { title } = datasetRow(workspace.db, input.id)
    return { jobId: jobs.add({ kind: 'index', title: `Index ${title}`, datasetId: input.id }).id }
  }),
  remove: api.datasets.remove.handler(async ({ input, context }) => {
    const { workspace } = context.session.open()
    removeDataset(workspace.db, input.id)
    await removeFrames(workspace, input.id)
    return { ok: true }
  }),
  images: api.datasets.images.handler(({ input, context }) => {
    datasetRow(db(context.session), input.datasetId)
    return browser(db(context.session)).page(input.datasetId, input.filter, input.after, input.limit)
  }),
  count: api.datasets.count.handler(({ input, context }) => ({
    images: browser(db(context.session)).count(input.datasetId, input.filter),
  })),
  image: api.datasets.image.handler(({ input, context }) => {
    const database = db(context.session)
    const located = locateImage(database, input.id)
    return {
      image: located.image,
      path: located.path,
      predictions: predictionsOf(database, located.subjectId, input.conditionId ?? cleanCondition(database)),
      ...neighbours(database, located.image),
    }
  }),
}

interface PredictionRow {
  correct: number | null
  true_rank: number | null
  true_probability: number | null
  top: Buffer
}

/** What each model says of an image under a condition, for the models that were asked. */
function predictionsOf(database: Db, subjectId: number | null, conditionId: number): ImagePrediction[] {
  const select = database.prepare<[number, number, number], PredictionRow>(
    'SELECT correct, true_rank, true_probability, top FROM prediction WHERE variant_id = ? AND condition_id = ? AND subject_id = ?',
  )
  return listModels(database).flatMap((model) => {
    const variant = currentVariant(database, model)
    const row = variant && subjectId !== null ? select.get(variant.id, conditionId, subjectId) : undefined
    if (!row) return []
    const top = unpackTop(row.top).map((entry) => ({
      ...entry,
      label: model.labels[entry.classIndex] ?? `class ${entry.classIndex}`,
    }))
    return [
      {
        modelId: model.id,
        modelTitle: model.title,
        conditionId,
        correct: row.correct === null ? null : row.correct === 1,
        trueRank: row.true_rank,
        trueProbability: row.true_probability,
        top,
      },
    ]
  })
}
