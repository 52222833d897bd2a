import { statSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import type { Dataset, Model, Study, StudyKind } from '#shared/contract/index.ts'
import { looksLikeArchive, looksLikePackedTar } from '#shared/archiveFiles.ts'
import { KernelscopeError, type ErrorCode } from '#shared/errors.ts'
import { shownTitle } from '#shared/preprocessingChange.ts'
import { modelIdOf, shownId } from '#shared/shownModel.ts'
import { didYouMean } from '#shared/near.ts'
import type { Client } from './client.ts'
import { shapeOfFailure } from './failure.ts'
import { followJob } from './follow.ts'
import type { CliSession, GlobalOptions } from './session.ts'

interface NamedRow {
  id: number
  title: string
  path?: string
}

/**
 * Finds a row by name: by id, else by title, else by path.
 *
 * @returns undefined where no row has the name
 * @throws USAGE where two rows have the title, so that an id is needed
 */
export function findNamed<T extends NamedRow>(rows: readonly T[], name: string, cwd: string): T | undefined {
  const byId = /^\d+$/.test(name) ? rows.find(({ id }) => id === Number(name)) : undefined
  if (byId) return byId
  const titled = rows.filter(({ title }) => title === name)
  if (titled.length > 1) {
    const ids = titled.map(({ id }) => id).join(', ')
    throw new KernelscopeError('USAGE', `ambiguous name: ${name} is the title of ${ids}`, {
      hint: 'Name it by its id.',
    })
  }
  return titled[0] ?? rows.find(({ path }) => path === resolve(cwd, name))
}

/**
 * Asks by its id for what no list has: a damaged row is in none.
 * @throws WORKSPACE_CORRUPT where the row is damaged
 */
export async function checkUnlisted(
  name: string,
  get: (of: { id: number }) => Promise<unknown>,
): Promise<void> {
  const id = Number(name)
  if (!/^\d+$/.test(name) || !Number.isSafeInteger(id)) return
  try {
    await get({ id })
  } catch (error) {
    if (shapeOfFailure(error).code === 'WORKSPACE_CORRUPT') throw error
  }
}

/**
 * A model of the workspace by id, title or path. A file that is not in the workspace yet is added.
 * @throws MODEL_NOT_FOUND where there is neither a model nor a file of the name; WORKSPACE_CORRUPT where its row is damaged
 */
export async function namedModel(client: Client, name: string, { io }: CliSession): Promise<Model> {
  const rows = await client.models.list()
  const known = findNamed(rows, name, io.cwd)
  if (known) return known
  await checkUnlisted(name, client.models.get)
  const path = resolve(io.cwd, name)
  if (kindOf(path) === 'file') return client.models.add({ path }, { signal: io.signal })
  throw missing('MODEL_NOT_FOUND', 'model', name, rows, ', and no such file')
}

/** Returns a function that gives the titles of a study's models, by their ids there. */
export async function shownTitles(client: Client, study: Study): Promise<(id: number) => string> {
  const titles = new Map((await client.models.list()).map(({ id, title }) => [id, title]))
  return (id) => shownTitle(study, id, titles.get(modelIdOf(id)) ?? `model ${modelIdOf(id)}`)
}

/**
 * Id of a model in a study, by the title that it has there, else as `namedModel`: then with the first preprocessing.
 * @throws MODEL_NOT_FOUND where there is no such model
 */
export async function shownNamed(
  client: Client,
  study: Study,
  name: string,
  session: CliSession,
): Promise<number> {
  const titleOf = await shownTitles(client, study)
  const ids = study.modelIds.flatMap((id) =>
    (study.preprocessings ?? [{}]).map((_, place) => shownId(id, place)),
  )
  return ids.find((id) => titleOf(id) === name) ?? (await namedModel(client, name, session)).id
}

/**
 * A dataset of the workspace by id, title or path. A folder or archive that is not in the workspace yet is added and indexed.
 * @throws DATASET_NOT_FOUND where there is neither a dataset nor a folder of the name; WORKSPACE_CORRUPT where its row is damaged
 */
export async function namedDataset(
  client: Client,
  name: string,
  session: CliSession,
  options: GlobalOptions,
): Promise<Dataset> {
  const rows = await client.datasets.list()
  const known = findNamed(rows, name, session.io.cwd)
  if (known) return known.state === 'ready' ? known : finishIndexing(client, known.id, session, options)
  await checkUnlisted(name, client.datasets.get)
  const path = resolve(session.io.cwd, name)
  if (
    kindOf(path) === 'folder' ||
    (kindOf(path) === 'file' && (looksLikeArchive(path) || looksLikePackedTar(path)))
  )
    return addDataset(client, { path }, session, options)
  throw missing('DATASET_NOT_FOUND', 'dataset', name, rows, ', and no such folder or archive')
}

/**
 * A dataset of the workspace by id, title or path, indexed or not.
 * @throws DATASET_NOT_FOUND where there is none; WORKSPACE_CORRUPT where its row is damaged
 */
export async function knownDataset(client: Client, name: string, { io }: CliSession): Promise<Dataset> {
  const rows = await client.datasets.list()
  const known = findNamed(rows, name, io.cwd)
  if (known) return known
  await checkUnlisted(name, client.datasets.get)
  throw missing('DATASET_NOT_FOUND', 'dataset', name, rows)
}

/** Adds a folder or an archive and waits until it is indexed. */
export async function addDataset(
  client: Client,
  input: { path: string; title?: string; labels?: string; unpack?: boolean },
  { io }: CliSession,
  { quiet }: GlobalOptions,
): Promise<Dataset> {
  const { dataset, jobId } = await client.datasets.add(input)
  await followJob(client, jobId, io, quiet)
  return client.datasets.get({ id: dataset.id })
}

/** Resumes an indexing that was stopped or failed, and waits for its end: a study must not run on half a dataset. */
async function finishIndexing(
  client: Client,
  id: number,
  { io }: CliSession,
  { quiet }: GlobalOptions,
): Promise<Dataset> {
  const jobs = (await client.jobs.list({ limit: 500 })).filter(
    (job) => job.datasetId === id && job.kind === 'index',
  )
  const job = jobs.find(({ state }) => state !== 'done')
  const stopped = job !== undefined && job.state !== 'queued' && job.state !== 'running'
  if (stopped) await client.jobs.resume({ id: job.id })
  const jobId = job?.id ?? (await client.datasets.reindex({ id })).jobId
  await followJob(client, jobId, io, quiet)
  return client.datasets.get({ id })
}

/**
 * A study of the workspace by id or title.
 * @throws STUDY_NOT_FOUND where there is none; WORKSPACE_CORRUPT where its row is damaged
 */
export async function namedStudy(client: Client, name: string, { io }: CliSession): Promise<Study> {
  const rows = await client.studies.list()
  const known = findNamed(rows, name, io.cwd)
  if (known) return known
  await checkUnlisted(name, client.studies.get)
  throw missing('STUDY_NOT_FOUND', 'study', name, rows)
}

function kindOf(path: string): 'file' | 'folder' | 'none' {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isDirectory() ? 'folder' : stats ? 'file' : 'none'
}

function missing(
  code: ErrorCode,
  what: string,
  name: string,
  rows: readonly NamedRow[],
  neither = '',
): KernelscopeError {
  const names = rows.flatMap(({ title, path }) => [title, ...(path === undefined ? [] : [basename(path)])])
  const hint = didYouMean(basename(name), [...new Set(names)])
  return new KernelscopeError(code, `there is no ${what} ${name}${neither}`, hint === '' ? {} : { hint })
}

/**
 * The kind of study with an id.
 * @throws STUDY_UNKNOWN where there is none; the hint names the kinds
 */
export function kindNamed(kinds: readonly StudyKind[], id: string): StudyKind {
  const found = kinds.find((kind) => kind.id === id)
  if (found) return found
  throw new KernelscopeError('STUDY_UNKNOWN', `unknown study: ${id}`, {
    hint: [
      didYouMean(
        id,
        kinds.map((kind) => kind.id),
      ),
      `There are ${kinds.map((kind) => kind.id).join(', ')}.`,
    ]
      .filter(Boolean)
      .join(' '),
  })
}

/**
 * Ids of models, each once, by ids, titles or files.
 *
 * @throws as `namedModel`
 */
export async function modelIdsOf(
  client: Client,
  names: readonly string[],
  session: CliSession,
): Promise<number[]> {
  const ids: number[] = []
  for (const name of names) ids.push((await namedModel(client, name, session)).id)
  return [...new Set(ids)]
}
