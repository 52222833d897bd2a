import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { looksLikeArchive } from '#shared/archiveFiles.ts'
import { looksLikeImage } from '#shared/imageFiles.ts'
import { locate, openArchive, readPacked } from '../archives/index.ts'
import { piecesOf } from '../base/userFile.ts'
import { imageRootSql } from '../facts/index.ts'
import { listModels, looksLikeModel, readModelFile } from '../models/index.ts'
import { modelDigest, readModel, type ModelSource } from '../onnx/index.ts'
import type { Workspace } from '../workspace/index.ts'

/** Where to look for models and images: the open workspace and the given folders. */
export interface Places {
  workspace: Workspace | null
  folders: readonly string[]
  signal: AbortSignal
}

/** Largest number of files that are looked at in a folder. */
const mostFiles = 200_000

/**
 * Finds model files by their digests (sha256, hex). Does not find a model that was changed or cannot be read. A checkpoint of a
 * folder is found where its network was built without choices of a person; one of the workspace with any.
 */
export async function findModels(
  { workspace, folders, signal }: Places,
  wanted: ReadonlySet<string>,
): Promise<Map<string, ModelSource>> {
  const found = new Map<string, ModelSource>()
  for (const { digest, path, problem, inspection } of workspace ? listModels(workspace.db) : [])
    if (wanted.has(digest) && problem?.code !== 'FILE_MISSING')
      found.set(digest, { path, choice: inspection.checkpoint?.choice })
  for (const folder of folders) {
    for await (const path of filesOf(folder)) {
      if (signal.aborted || [...wanted].every((digest) => found.has(digest))) return found
      if (!looksLikeModel(path)) continue
      const model = await modelAt(path, signal)
      if (model && wanted.has(model.digest) && !found.has(model.digest)) found.set(model.digest, model.source)
    }
  }
  return found
}

/** The digest of a file, built as a checkpoint is by itself; null where it is no model. */
async function modelAt(
  path: string,
  signal: AbortSignal,
): Promise<{ digest: string; source: ModelSource } | null> {
  if (/\.onnx$/i.test(path)) {
    const digest = await readModel(path).then(modelDigest, () => null)
    return digest === null ? null : { digest, source: { path } }
  }
  const file = await readModelFile(path, signal).catch(() => null)
  return file && { digest: file.digest, source: { path, choice: file.inspection.checkpoint?.choice } }
}

/**
 * Finds image files by their digests (sha256, hex), among the indexed images of the workspace and in the folders, also
 * in their archives.
 */
export async function findImages(
  { workspace, folders, signal }: Places,
  wanted: ReadonlySet<string>,
): Promise<Map<string, string>> {
  const found = new Map<string, string>()
  if (workspace) {
    const select = workspace.db.prepare<[Buffer], { root: string; name: string }>(
      `SELECT ${imageRootSql} AS root, i.name FROM example s JOIN image i ON i.example_id = s.id JOIN dataset d ON d.id = i.dataset_id
       WHERE s.digest = ? ORDER BY i.problem IS NOT NULL, i.id LIMIT 1`,
    )
    for (const digest of wanted) {
      const row = select.get(Buffer.from(digest, 'hex'))
      if (row) found.set(digest, join(row.root, row.name))
    }
  }
  for (const folder of folders) {
    for await (const path of filesOf(folder)) {
      if (signal.aborted || found.size === wanted.size) return found
      for await (const image of looksLikeImage(path) ? [path] : imagesInArchive(path)) {
        if (signal.aborted) return found
        const digest = await fileDigest(image).catch(() => null)
        if (digest !== null && wanted.has(digest) && !found.has(digest)) found.set(digest, image)
      }
    }
  }
  return found
}

/** Yields the paths of the images in an archive; nothing for any other file. */
async function* imagesInArchive(path: string): AsyncGenerator<string> {
  if (!looksLikeArchive(path)) return
  const archive = await openArchive(path).catch(() => null)
  for (const { name, place } of archive?.entries() ?? [])
    if (place && (place.kind === 'row' || looksLikeImage(name))) yield join(path, name)
}

/** Computes the sha256 of a file, also of one in an archive, in hex. */
export async function fileDigest(path: string): Promise<string> {
  const packed = await locate(path)
  if (packed)
    return createHash('sha256')
      .update(await readPacked(packed))
      .digest('hex')
  const hash = createHash('sha256')
  for await (const piece of piecesOf(path)) hash.update(piece)
  return hash.digest('hex')
}

/** Yields regular files below a folder, sorted by name. Does not follow links. */
async function* filesOf(folder: string): AsyncGenerator<string, void, undefined> {
  let left = mostFiles
  const folders = [folder]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    const entries = await readdir(next, { withFileTypes: true }).catch(() => [])
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(next, entry.name)
      if (entry.isDirectory()) folders.push(path)
      else if (entry.isFile()) {
        if (left-- <= 0) return
        yield path
      }
    }
  }
}
