import { statSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Dataset, Model, Study, StudyKind } from '#shared/contract/index.ts'
import { KernelscopeError, type ErrorCode } from '#shared/errors.ts'
import type { Client } from './client.ts'
import { followJob } from './follow.ts'
import type { CliSession, GlobalOptions } from './session.ts'

interface Named {
  id: number
  title: string
  path?: string
}

/**
 * What a name means among rows: an id, else a title, else a path. Two rows of one title must be told apart by id.
 *
 * @returns undefined where nothing has the name
 */
export function findNamed<T extends Named>(rows: readonly T[], name: string, cwd: string): T | undefined {
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

/** A model of the workspace by id, title or path; a file that is not there yet is added. */
export async function namedModel(client: Client, name: string, { io }: CliSession): Promise<Model> {
  const known = findNamed(await client.models.list(), name, io.cwd)
  if (known) return known
  const path = resolve(io.cwd, name)
  if (kindOf(path) === 'file') return client.models.add({ path })
  throw missing('MODEL_NOT_FOUND', 'model', name, ', and no such file')
}

/** A dataset of the workspace by id, title or path; a folder that is not there yet is added and indexed. */
export async function namedDataset(
  client: Client,
  name: string,
  session: CliSession,
  options: GlobalOptions,
): Promise<Dataset> {
  const known = findNamed(await client.datasets.list(), name, session.io.cwd)
  if (known) return known.state === 'ready' ? known : finishIndexing(client, known.id, session, options)
  const path = resolve(session.io.cwd, name)
  if (kindOf(path) === 'folder') return addDataset(client, { path }, session, options)
  throw missing('DATASET_NOT_FOUND', 'dataset', name, ', and no such folder')
}

/** Adds a folder and waits until it is indexed. */
export async function addDataset(
  client: Client,
  input: { path: string; title?: string; labels?: string },
  { io }: CliSession,
  { quiet }: GlobalOptions,
): Promise<Dataset> {
  const { dataset, jobId } = await client.datasets.add(input)
  await followJob(client, jobId, io, quiet)
  return client.datasets.get({ id: dataset.id })
}

/** Goes on with an index that was stopped or failed, and waits for it: a study must not run on half a dataset. */
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

/** A study of the workspace by id or title. */
export async function namedStudy(client: Client, name: string, { io }: CliSession): Promise<Study> {
  const known = findNamed(await client.studies.list(), name, io.cwd)
  if (known) return known
  throw missing('STUDY_NOT_FOUND', 'study', name)
}

function kindOf(path: string): 'file' | 'folder' | 'none' {
  const stats = statSync(path, { throwIfNoEntry: false })
  return stats?.isDirectory() ? 'folder' : stats ? 'file' : 'none'
}

function missing(code: ErrorCode, what: string, name: string, neither = ''): KernelscopeError {
  return new KernelscopeError(code, `there is no ${what} ${name}${neither}`)
}

/** The kind of study with an id. Throws STUDY_UNKNOWN, naming those there are. */
export function kindNamed(kinds: readonly StudyKind[], id: string): StudyKind {
  const found = kinds.find((kind) => kind.id === id)
  if (found) return found
  throw new KernelscopeError('STUDY_UNKNOWN', `unknown study: ${id}`, {
    hint: `There are ${kinds.map((kind) => kind.id).join(', ')}.`,
  })
}
