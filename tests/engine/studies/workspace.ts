import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createEngine } from '#engine/api/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { addDataset, sampleImages, sampleModel } from './sample.ts'

/** An engine with an empty workspace for the running test. Both are closed after it. */
export async function freshWorkspace() {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  return { folder, engine, client: engine.client }
}

/** The same with one image of each sample class and some of the sample's models. */
export async function sampleWorkspace(...names: string[]) {
  const { folder, engine, client } = await freshWorkspace()
  const datasetId = await addDataset(client, sampleImages(folder, 1))
  const modelIds: number[] = []
  for (const name of names) modelIds.push((await client.models.add({ path: sampleModel(name) })).id)
  return { folder, engine, client, datasetId, modelIds }
}
