import { join } from 'node:path'
import { jobEnd, sampleModel, type Client } from '../../engine/studies/sample.ts'
import type { Work } from './life.ts'

export const workspaceOf = (folder: string) => join(folder, 'workspace')
export const out = (folder: string, name: string) => join(folder, 'out', name)

/** Opens the workspace where the engine has not done so by itself. */
async function opened(client: Client, folder: string): Promise<void> {
  const path = workspaceOf(folder)
  if ((await client.workspace.info())?.path !== path) await client.workspace.open({ path })
}

/** Waits for all jobs. One that was given up since the engine ended again and again is begun again. */
export async function allJobs(client: Client): Promise<void> {
  for (const { id } of await client.jobs.list({})) {
    const { state, title, problem } = await jobEnd(client, id)
    if (state === 'done') continue
    if (problem?.code !== 'ENGINE_DOWN') throw new Error(`${title} ended as ${state}: ${problem?.message}`)
    await client.jobs.resume({ id })
    await allJobs(client)
  }
}

/** Reads a stream to its end. */
export async function read<T>(stream: Promise<AsyncIterable<T>>): Promise<T> {
  let last: T | undefined
  for await (const event of await stream) last = event
  if (last === undefined) throw new Error('the stream was empty')
  return last
}

/** The ids of what the works made. */
export async function made(client: Client) {
  const dataset = (await client.datasets.list())[0]?.id ?? 0
  const models = await client.models.list()
  const model = (title: string) => models.find((one) => one.path === sampleModel(title))?.id ?? 0
  const studies = await client.studies.list()
  return {
    dataset,
    model,
    models,
    study: (kind: string) => studies.find((one) => one.kind === kind)?.id ?? 0,
  }
}

/** Starts a study once. */
export async function start(client: Client, input: Parameters<Client['studies']['run']>[0]): Promise<void> {
  const before = await client.studies.find(input)
  if (!before?.job) await client.studies.run(input)
}

export const inWorkspace = (work: Work): Work => ({
  ...work,
  async do(client, folder) {
    await opened(client, folder)
    return work.do(client, folder)
  },
})
