import { basename, resolve } from 'node:path'
import { archiveStem } from '#shared/archiveFiles.ts'
import { outputTitle } from '#shared/classNames.ts'
import { changeNameOf, changeTitle } from '#shared/changedModel.ts'
import type { ChangedAnswer, ImagePrediction } from '#shared/contract/index.ts'
import { markedTitle } from '#shared/preprocessing.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { parseTransform } from '#shared/transform.ts'
import { imageFile } from '../../images/index.ts'
import {
  checkAll,
  checkFolder,
  datasetRow,
  detectLayout,
  getDataset,
  insertDataset,
  layoutUnknown,
  listDatasets,
  locateImage,
  modelFor,
  neighbours,
  noteOf,
  removeDataset,
  renameDataset,
  rerootDataset,
  tagsOf,
  unpackingOf,
  type LocatedImage,
} from '../../datasets/index.ts'
import { openJobsOf } from '../../jobs/index.ts'
import { listModels, type StoredModel } from '../../models/index.ts'
import {
  changedVariants,
  cleanCondition,
  currentVariant,
  findCondition,
  predictionFinder,
} from '../../facts/index.ts'
import type { Db, Workspace } from '../../workspace/index.ts'
import { askModel } from '../session/ask.ts'
import { browsing } from '../browsing/browsing.ts'
import { byTitle } from '../browsing/conditions.ts'
import { api, guarded } from '../session/implementation.ts'

export const datasets = {
  list: api.datasets.list.handler(({ context }) => listDatasets(context.session.db)),
  get: api.datasets.get.handler(({ input, context }) => getDataset(context.session.db, input.id)),
  unpacking: api.datasets.unpacking.handler(({ input, context }) =>
    unpackingOf(context.session.open().workspace, resolve(input.path)),
  ),
  add: api.datasets.add.handler(async ({ input, context }) => {
    const { workspace, jobs } = context.session.open()
    const path = resolve(input.path)
    const layout = await layoutToAdd(workspace, path, input)
    const title = input.title ?? archiveStem(basename(path))
    const { id: jobId, datasetId } = jobs.add(() => ({
      kind: 'index',
      title: `Index ${title}`,
      datasetId: insertDataset(workspace.db, path, title, layout),
    }))
    return { dataset: getDataset(workspace.db, datasetId ?? 0), jobId }
  }),
  reindex: api.datasets.reindex.handler(({ input, context }) => {
    const { workspace, jobs } = context.session.open()
    const { title } = datasetRow(workspace.db, input.id)
    return { jobId: jobs.add({ kind: 'index', title: `Index ${title}`, datasetId: input.id }).id }
  }),
  rename: api.datasets.rename.handler(({ input, context }) =>
    renameDataset(context.session.db, input.id, input.title),
  ),
  remove: api.datasets.remove.handler(async ({ input, context }) => {
    const { workspace, jobs } = context.session.open()
    datasetRow(workspace.db, input.id)
    await jobs.clear(() => openJobsOf(workspace.db, { datasetId: input.id }))
    return { ok: true, removalId: removeDataset(workspace.db, input.id) }
  }),
  ...browsing,
  check: api.datasets.check.handler(({ input, context }) =>
    checkFolder(context.session.db, input.id, { path: input.path, sample: input.sample }),
  ),
  checkAll: api.datasets.checkAll.handler(({ input, context: { session }, signal }) =>
    guarded(checkAll(session.db, session.pool, input.id, signal), session),
  ),
  reroot: api.datasets.reroot.handler(async ({ input, context }) => {
    const { workspace, jobs } = context.session.open()
    const check = await rerootDataset(workspace.db, input.id, input.path, input.force)
    const dataset = getDataset(workspace.db, input.id)
    // A copy may have new modification times, and studies refuse files that changed since indexing.
    const job = jobs.add({ kind: 'index', title: `Index ${dataset.title}`, datasetId: input.id })
    return { dataset, check, jobId: job.id }
  }),
  ask: api.datasets.ask.handler(({ input, context }) => askModel(context.session, input)),
  image: api.datasets.image.handler(({ input, context }) => {
    const database = context.session.db
    const located = locateImage(database, input.id)
    return {
      image: located.image,
      path: located.path,
      ...imageFile(located.path),
      digest: located.digest?.toString('hex') ?? null,
      tags: located.digest ? tagsOf(database, located.digest) : [],
      note: located.digest ? noteOf(database, located.digest) : '',
      predictions: predictionsOf(database, located, conditionOf(database, input)),
      ...neighbours(database, located.image),
    }
  }),
  changedAnswers: api.datasets.changedAnswers.handler(({ input, context }) =>
    changedAnswers(context.session.db, input),
  ),
}

/**
 * What is stored of a dataset when it is added.
 *
 * @throws USAGE where it is a packed tar that may not be unpacked
 */
async function layoutToAdd(
  workspace: Workspace,
  path: string,
  { labels, unpack }: { labels?: string | undefined; unpack: boolean },
) {
  const unpacking = await unpackingOf(workspace, path)
  if (!unpacking) return detectLayout(path, labels)
  if (unpack) return { ...layoutUnknown, labelsPath: labels === undefined ? null : resolve(labels) }
  const [size, free] = [unpacking.unpacked, unpacking.free].map((bytes) => `${(bytes / 1e6).toFixed(0)} MB`)
  throw new KernelscopeError(
    'USAGE',
    `${basename(path)} is packed: unpacked it takes ${size} of the workspace, on a disk with ${free} free`,
    { hint: 'Say that it may be unpacked (--unpack), or unpack it yourself and add the tar or the folder.' },
  )
}

/** Returns the requested condition, the clean one by default; null for a transform that was never measured. */
const conditionOf = (database: Db, { conditionId, transform }: ImageRequest): number | null =>
  transform === undefined
    ? (conditionId ?? cleanCondition(database))
    : findCondition(database, parseTransform(transform))

type ImageRequest = { id: number; conditionId?: number | undefined; transform?: string | undefined }

/** Returns a function that reads a variant's prediction for an image under a condition. */
function answersOf(database: Db, exampleId: number | null, conditionId: number | null) {
  const predictionOf = predictionFinder(database)
  return ({ id: variantId }: { id: number }, { labels }: StoredModel) => {
    const found = predictionOf({ variantId, conditionId }, exampleId)
    if (!found || conditionId === null) return null
    const { correct, trueRank, trueProbability, top } = found
    const named = top.map((entry) => ({
      ...entry,
      label: outputTitle(labels, entry.classIndex),
    }))
    return { conditionId, correct, trueRank, trueProbability, top: named }
  }
}

/** Lists the models' predictions for an image under a condition; models without one are left out. */
function predictionsOf(
  database: Db,
  { image: { datasetId }, exampleId }: LocatedImage,
  conditionId: number | null,
): ImagePrediction[] {
  const answerOf = answersOf(database, exampleId, conditionId)
  return listModels(database).flatMap((model) => {
    const variant = currentVariant(database, modelFor(database, datasetId, model))
    const answer = variant && answerOf(variant, model)
    return answer ? [{ modelId: model.id, modelTitle: markedTitle(model), ...answer }] : []
  })
}

function changedAnswers(database: Db, asked: ImageRequest): ChangedAnswer[] {
  const { exampleId, image } = locateImage(database, asked.id)
  const answerOf = answersOf(database, exampleId, conditionOf(database, asked))
  return listModels(database).flatMap((model) =>
    changedVariants(database, modelFor(database, image.datasetId, model))
      .flatMap((variant): ChangedAnswer[] => {
        const changed = changeNameOf(variant.rewrite)
        const answer = changed === null ? null : answerOf(variant, model)
        const first = answer?.top[0]
        if (changed === null || !answer || !first) return []
        const { correct, trueProbability } = answer
        return [{ modelId: model.id, changed, title: changeTitle(changed), correct, trueProbability, first }]
      })
      .sort(byTitle),
  )
}
