import { copyFile, mkdir, stat } from 'node:fs/promises'
import { extname, join } from 'node:path'
import type { Settings } from '#shared/contract/index.ts'
import type { ErrorShape } from '#shared/errors.ts'
import type { Rewrite } from '#shared/rewrites.ts'
import type { ImagePool } from '../../images/index.ts'
import type { Log } from '../../base/log.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db, Workspace } from '../../workspace/index.ts'
import { studyDefinition } from '../registry.ts'
import { planStudy } from '../store/plan.ts'
import { keptSessions, tracker } from '../definition/index.ts'
import {
  currentVariants,
  keyOfVariant,
  measured,
  examplesOf,
  type FailedExample,
  type StudyImage,
  type VariantKey,
  variantKey,
  wholeOrder,
} from '../../facts/index.ts'

/** The vectors of one model under one key, by image. */
export interface VectorBlock {
  variant: VariantKey
  /** In the order of the study. With `together`: the images that the one vector was computed over. */
  images: { image: string; className: string }[]
  together: boolean
  rows: { image: string; className: string; values: Float64Array }[]
  failed: FailedExample[]
}

/** The pictures that a study shows, as PNG. */
export interface PictureBlock {
  variant: VariantKey
  rows: { image: string; className: string; png: Buffer }[]
}

/** Yields the vectors a study stores of images besides facts: inner values of a model, not predictions. */
export async function* studyVectors(
  workspace: Workspace,
  studyId: number,
): AsyncGenerator<VectorBlock, void, undefined> {
  for await (const { kept, variant, found } of keptOf(workspace, studyId)) {
    const { images, together, pictures = false } = kept
    const problems = found.problems(examplesOf(images))
    const failed = eachOnce(images, (exampleId, example) => {
      const problem = problems.get(exampleId)
      return problem && { ...example, problem }
    })
    const vectors = pictures ? new Map<number, Float64Array>() : found.vectors(examplesOf(images))
    const rows = eachOnce(images, (exampleId, example) => {
      const values = vectors.get(exampleId)
      return values && { ...example, values }
    })
    const named = images.map(({ digest, className }) => ({ image: digest, className }))
    if (rows.length + failed.length > 0) yield { variant, images: named, together, rows, failed }
  }
}

/** Yields the pictures that a study stores and shows. */
export async function* studyPictures(
  workspace: Workspace,
  studyId: number,
): AsyncGenerator<PictureBlock, void, undefined> {
  for await (const { kept, variant, found } of keptOf(workspace, studyId)) {
    if (!kept.pictures) continue
    const pictures = found.bytes(examplesOf(kept.images))
    const rows = eachOnce(kept.images, (exampleId, example) => {
      const png = pictures.get(exampleId)
      return png && { ...example, png }
    })
    if (rows.length > 0) yield { variant, rows }
  }
}

async function* keptOf(workspace: Workspace, studyId: number) {
  const { db } = workspace
  const { study, definition, source, models: planned } = planStudy(db, studyId)
  const models = planned.map(({ model }) => model)
  for (const model of models)
    for (const kept of (await definition.kept?.(study.params, model, { workspace, models, source })) ?? []) {
      const variant = variantOf(db, model, kept.rewrite)
      if (variant) yield { kept, variant, found: measured(db, model, kept.rewrite) }
    }
}

/** What `read` gives of each example among some images, each once and in their order; undefined leaves one out. */
function eachOnce<T>(
  images: readonly StudyImage[],
  read: (exampleId: number, example: { image: string; className: string }) => T | undefined,
): T[] {
  const seen = new Set<number>()
  return images.flatMap(({ exampleId, digest, className }) => {
    if (seen.has(exampleId)) return []
    seen.add(exampleId)
    const found = read(exampleId, { image: digest, className })
    return found === undefined ? [] : [found]
  })
}

function variantOf(db: Db, model: StoredModel, rewrite: Rewrite): VariantKey | null {
  const id = currentVariants(db, model)(rewrite)?.id
  const key = id === undefined ? null : keyOfVariant(db, id)
  // What no labels change may have been measured under others than the model has in the bundle.
  return key && { ...key, labels: variantKey(model, 'cpu').labels }
}

/** A request to measure vectors of one model again, in the study's own way. */
export interface MeasureAgainRequest {
  /** A separate workspace: images are copied into it, and the results are stored there. */
  workspace: Workspace
  pool: ImagePool
  settings: Settings
  log: Log
  signal: AbortSignal
  kind: string
  params: Record<string, unknown>
  /** Has the labels and the preprocessing that the vectors were measured with. */
  model: StoredModel
  rewrite: Rewrite
  /**
   * Path, sha256 of the file and true class of each image. Where one vector was computed over several, all of
   * them.
   */
  images: readonly { path: string; digest: string; className: string }[]
}

/** The vectors measured now, by image and class as `vectorKey` writes them. */
export interface MeasuredAgain {
  provider: string
  vectors: ReadonlyMap<string, Float64Array>
  /** In place of vectors, where the rewrite stands for pictures: as PNG. */
  pictures: ReadonlyMap<string, Buffer>
  problems: ReadonlyMap<string, ErrorShape>
}

/** Names an example by digest and class. */
export const vectorKey = ({ digest, className }: { digest: string; className: string }): string =>
  `${digest} ${className}`

/**
 * Measures vectors of a few images again, in the study's own way. The result is empty where this version
 * stores the vectors under another key (because it measures them differently), or where one vector was
 * computed over other images.
 *
 * @throws STUDY_UNKNOWN where there is no such kind
 * @throws the errors of measuring
 */
export async function measureAgain(request: MeasureAgainRequest): Promise<MeasuredAgain> {
  const { workspace, pool, settings, log, signal, kind, model, rewrite, images } = request
  const { db } = workspace
  const definition = studyDefinition(kind)
  const { datasetId, examples, imageIds } = await addImages(workspace, images)
  // Image ids in the parameters belong to another workspace and are replaced.
  const named = Array.isArray(request.params['imageIds']) && request.params['imageIds'].length > 0
  const params = named ? { ...request.params, imageIds } : request.params
  const job = { signal, crashes: 0, enterNative: () => undefined, report: () => undefined }
  await definition.measure?.(
    {
      workspace,
      pool,
      settings,
      log,
      model,
      source: { datasetId, selectedFor: null },
      order: 0,
      stretch: wholeOrder,
      whole: new Set(),
      sessions: keptSessions(),
      models: [model],
      conditions: [],
      job,
      progress: tracker(job, 0),
    },
    params,
  )
  const found = measured(db, model, rewrite)
  const ids = [...examples.values()]
  const arePictures = rewrite.op === 'probe' && rewrite.what === 'shownPicture'
  const vectors = arePictures ? new Map<number, Float64Array>() : found.vectors(ids)
  const pictures = arePictures ? found.bytes(ids) : new Map<number, Buffer>()
  const problems = found.problems(ids)
  const byKey = <T>(values: ReadonlyMap<number, T>) =>
    new Map(
      [...examples].flatMap(([key, example]): [string, T][] => {
        const value = values.get(example)
        return value === undefined ? [] : [[key, value]]
      }),
    )
  const provider = currentVariants(db, model)(rewrite)?.provider ?? ''
  return { provider, vectors: byKey(vectors), pictures: byKey(pictures), problems: byKey(problems) }
}

/** Adds the images to the workspace as a dataset. They are copied, so that they stay unchanged. */
async function addImages(
  { db, path }: Workspace,
  images: MeasureAgainRequest['images'],
): Promise<{ datasetId: number; examples: Map<string, number>; imageIds: number[] }> {
  const datasets = Number(db.prepare('SELECT count(*) FROM dataset').pluck().get())
  const root = join(path, 'images', String(datasets))
  await mkdir(root, { recursive: true })
  const files: (MeasureAgainRequest['images'][number] & { name: string; bytes: number; mtime: number })[] = []
  for (const [at, image] of images.entries()) {
    const name = `${at}${extname(image.path)}`
    await copyFile(image.path, join(root, name))
    const { size, mtimeMs } = await stat(join(root, name))
    files.push({ ...image, name, bytes: size, mtime: Math.round(mtimeMs) })
  }
  const names = [...new Set(images.map(({ className }) => className))].sort()
  const datasetId = Number(
    db
      .prepare(
        `INSERT INTO dataset (title, path, layout, recognised, state, added_at) VALUES (?, ?, 'folders', 'folders', 'ready', 0)`,
      )
      .run(root, root).lastInsertRowid,
  )
  const addClass = db.prepare('INSERT INTO class (dataset_id, idx, name) VALUES (?, ?, ?)')
  const addExample = db
    .prepare<[Buffer, string], number>(
      'INSERT INTO example (digest, class) VALUES (?, ?) ON CONFLICT DO UPDATE SET class = class RETURNING id',
    )
    .pluck()
  const addImage = db.prepare(
    `INSERT INTO image (dataset_id, name, class_idx, example_id, bytes, mtime, generation) VALUES (?, ?, ?, ?, ?, ?, 0)`,
  )
  const examples = new Map<string, number>()
  const imageIds: number[] = []
  db.transaction(() => {
    for (const [idx, name] of names.entries()) addClass.run(datasetId, idx, name)
    for (const { digest, className, name, bytes, mtime } of files) {
      const example = addExample.get(Buffer.from(digest, 'hex'), className) ?? 0
      examples.set(vectorKey({ digest, className }), example)
      const added = addImage.run(datasetId, name, names.indexOf(className), example, bytes, mtime)
      imageIds.push(Number(added.lastInsertRowid))
    }
  })()
  return { datasetId, examples, imageIds }
}
