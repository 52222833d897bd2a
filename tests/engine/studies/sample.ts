import { cpSync, mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { join } from 'node:path'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract, Job, Study } from '#shared/contract/index.ts'
import { temporaryFolder } from '../../temporary.ts'

export type Client = ContractRouterClient<Contract>

const sample = fileURLToPath(new URL('../../../resources/sample', import.meta.url))

/** Copies the first `perClass` validation images of the first `classes` sample classes into `folder` and returns its path. */
export function sampleImages(folder: string, perClass: number, classes = 16): string {
  const val = join(sample, 'suites', 'val')
  for (const name of readdirSync(val).sort().slice(0, classes)) {
    const target = join(folder, 'images', name)
    mkdirSync(target, { recursive: true })
    for (const file of readdirSync(join(val, name)).sort().slice(0, perClass))
      cpSync(join(val, name, file), join(target, file))
  }
  return join(folder, 'images')
}

export const sampleModel = (name: string) => join(sample, 'models', `${name}.onnx`)

/** Waits until a job has ended in any state. */
export async function jobEnd(client: Client, id: number): Promise<Job> {
  for await (const job of await client.jobs.watch()) {
    if (job.id === id && ['done', 'failed', 'cancelled'].includes(job.state)) return job
  }
  throw new Error('the stream of jobs ended')
}

export async function addDataset(client: Client, path: string): Promise<number> {
  const { dataset, jobId } = await client.datasets.add({ path })
  await jobEnd(client, jobId)
  return dataset.id
}

/** Runs a study to its end. */
export async function runStudy(
  client: Client,
  input: Parameters<Client['studies']['run']>[0],
): Promise<Study> {
  const study = await client.studies.run(input)
  const job = await jobEnd(client, study.job?.id ?? 0)
  if (job.state !== 'done')
    throw new Error(`the study ended as ${job.state}: ${job.problem?.message}\n${job.problem?.details}`)
  return client.studies.get({ id: study.id })
}

/** The text of a study's draws file. */
export async function drawsOf(client: Client, id: number): Promise<string> {
  const path = join(temporaryFolder(), 'draws.json')
  await client.studies.draws({ id, path })
  return readFileSync(path, 'utf8')
}
