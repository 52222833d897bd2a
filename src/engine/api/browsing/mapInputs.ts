import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { ImageSet, Source } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { looksLikeImage } from '#shared/imageFiles.ts'
import { locateImage, modelFor, trueOutput } from '../../datasets/index.ts'
import { getModel, readModelFile, targetsOf, usableModel } from '../../models/index.ts'
import type { ImageFile, LabelledImage, InspectedModel, MapContext } from '../../saliency/index.ts'
import { present, type Db } from '../../workspace/index.ts'
import { drawnImages } from './drawn.ts'
import type { EngineSession } from '../session/session.ts'

/** A model and the context to compute its maps. Results are stored in `db`, which is null for a model file. */
export interface MapInput {
  context: MapContext
  db: Db | null
  model: InspectedModel & { labelSet: string }
}

/**
 * Finds the model of a source: a row of the open workspace, or a file, which needs no workspace.
 *
 * @throws WORKSPACE_CLOSED where a row is asked for and no workspace is open
 */
export async function mapInput(
  session: EngineSession,
  source: Source,
  signal: AbortSignal = new AbortController().signal,
): Promise<MapInput> {
  const { inspections, log, pool } = session
  const shared = { pool, log, signal, sessions: inspections.sessions, kept: inspections.kept }
  const settings = session.settings()
  if ('id' in source) {
    const { workspace } = session.open()
    const model = usableModel(workspace.db, source.id)
    return { context: { ...shared, settings, weights: workspace.weights }, db: workspace.db, model }
  }
  const file = await readModelFile(source.path, signal)
  const { labels, inspection } = file
  return {
    context: { ...shared, settings, weights: inspections.scratch() },
    db: null,
    model: { ...file, labels: labels.names, labelSet: labels.set, parameters: inspection.parameters },
  }
}

/** A model and one image. */
export interface ImageInput extends MapInput {
  image: ImageFile
}

/**
 * Finds the image of a source: a row of the workspace, with its true class and the preprocessing of its dataset, or a
 * file, which has no class.
 *
 * @throws WORKSPACE_CLOSED where a row is asked for and no workspace is open
 */
export async function imageInput(
  session: EngineSession,
  found: MapInput,
  source: Source,
): Promise<ImageInput> {
  const { model } = found
  if ('path' in source) {
    const { digest } = await session.pool.digestAndMeasure(source.path)
    return { ...found, image: { path: source.path, digest, trueClass: null } }
  }
  const { db } = session.open().workspace
  const { image, path, digest } = locateImage(db, source.id)
  const own = ownModel(db, model)
  const trueClass = image.className === null ? -1 : trueOutput(db, image.datasetId, model, image.className)
  return {
    ...found,
    model: modelFor(db, image.datasetId, own),
    image: {
      path,
      digest: digest?.toString('hex') ?? (await session.pool.digestAndMeasure(path)).digest,
      trueClass: trueClass < 0 ? null : trueClass,
    },
  }
}

/** The model with the preprocessing of the workspace, where the workspace has it. */
function ownModel(db: Db, model: MapInput['model']): MapInput['model'] {
  const { digest } = model
  const id = db
    .prepare<[string], number>(`SELECT id FROM model WHERE digest = ? AND ${present}`)
    .pluck()
    .get(digest)
  return id === undefined ? model : { ...model, preprocessing: getModel(db, id).preprocessing }
}

/** Returns a model with the preprocessing that it has for the images of a set. */
export const modelOfSet = (session: EngineSession, model: MapInput['model'], set: ImageSet) =>
  'datasetId' in set ? modelFor(session.db, set.datasetId, ownModel(session.db, model)) : model

/**
 * Returns the images of a set, in an order that does not depend on the machine.
 *
 * @throws DATASET_EMPTY where the dataset or folder has no image
 * @throws FILE_MISSING where the path does not exist
 */
export async function imagesOfSet(session: EngineSession, set: ImageSet): Promise<ImageFile[]> {
  if ('datasetId' in set) {
    const { db } = session.open().workspace
    const drawn = await drawnImages(db, set.datasetId, set.count, set.seed)
    if (drawn.length === 0) throw new KernelscopeError('DATASET_EMPTY', 'the dataset has no readable image')
    return drawn.map(({ path, digest }) => ({ path, digest, trueClass: null }))
  }
  const files = (await imageFiles(set.path)).slice(0, set.count)
  const measured = await Promise.all(files.map((path) => measuredImage(session, path)))
  return measured.map(({ path, digest }) => ({ path, digest, trueClass: null }))
}

/** Most classes that an error names. */
const namesShown = 5

/**
 * Returns every image below a path with its label: the given class index, or the class that its folder is named after.
 * An image that cannot be read carries the problem.
 *
 * @throws STUDY_LABELS where the model does not have the class of a folder; the message names those it lacks
 * @throws USAGE where the class index is not below the model's number of classes
 * @throws DATASET_EMPTY where the folder has no image
 * @throws FILE_MISSING where the path does not exist
 */
export async function labelledImages(
  session: EngineSession,
  { model }: MapInput,
  path: string,
  label: number | 'folders',
): Promise<LabelledImage[]> {
  if (label !== 'folders' && label >= model.classes)
    throw new KernelscopeError('USAGE', `invalid label: ${model.title} has classes 0 to ${model.classes - 1}`)
  const files = await imageFiles(path)
  const folderOf = (file: string) => basename(dirname(file))
  const folders = [...new Set(files.map(folderOf))]
  const targets = targetsOf(folders, { set: model.labelSet, names: [...model.labels] })
  const indices = new Map(
    folders.map((name) => [name, label === 'folders' ? (targets.get(name) ?? -1) : label]),
  )
  const unknown = [...indices].flatMap(([name, index]) => (index < 0 ? [name] : []))
  if (unknown.length > 0)
    throw new KernelscopeError(
      'STUDY_LABELS',
      `${model.title} has no class ${unknown.slice(0, namesShown).join(', ')}${unknown.length > namesShown ? ` and ${unknown.length - namesShown} more` : ''}, after which folders of ${path} are named`,
      { hint: 'Name the folders after labels of the model, or give one class with --label.' },
    )
  return Promise.all(
    files.map(async (file) => ({
      ...(await measuredImage(session, file)),
      trueClass: null,
      label: indices.get(folderOf(file)) ?? null,
    })),
  )
}

/**
 * Computes the digest of an image file. A file that cannot be read gets a problem, and its path in place of the digest.
 */
async function measuredImage({ pool }: EngineSession, path: string) {
  try {
    const { digest } = await pool.digestAndMeasure(path)
    return { path, digest, problem: null }
  } catch (error) {
    if (!(error instanceof KernelscopeError) || error.code === 'CANCELLED') throw error
    return { path, digest: path, problem: toErrorShape(error) }
  }
}

/** Returns the path of a file, or those of all image files in a folder and its subfolders, sorted. */
async function imageFiles(path: string): Promise<string[]> {
  const found = await stat(path).catch(() => null)
  if (!found) throw new KernelscopeError('FILE_MISSING', `no such file or folder: ${path}`)
  if (!found.isDirectory()) return [path]
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && looksLikeImage(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  if (files.length === 0) throw new KernelscopeError('DATASET_EMPTY', `no image in ${path}`)
  return files
}
