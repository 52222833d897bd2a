import { mkdtempSync, readdirSync, renameSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { addDataset, sampleImages, sampleModel } from '../studies/sample.ts'

export type Name = 'replk3' | 'vit' | 'resnet'

/** An engine with a workspace of some sample models and ten images, of which one has another name. */
export interface Place {
  engine: Engine
  datasetId: number
  models: Record<Name, number>
}

/** A temporary folder with the images of all places. */
export function folderOfPlaces(): string {
  const folder = mkdtempSync(join(tmpdir(), 'kernelscope-test-'))
  const images = sampleImages(folder, 2, 5)
  const [first = ''] = readdirSync(images).sort()
  const [file = ''] = readdirSync(join(images, first)).sort()
  renameSync(join(images, first, file), join(images, first, `Grüße ${file}`))
  return folder
}

export async function placeIn(folder: string, name: string, models: readonly Name[]): Promise<Place> {
  const engine = await createEngine({ overrides: { threads: 1, batch: 4 }, imageWorkers: 1 })
  await engine.client.workspace.create({ path: join(folder, name) })
  const datasetId = await addDataset(engine.client, join(folder, 'images'))
  const place: Place = { engine, datasetId, models: { replk3: 0, vit: 0, resnet: 0 } }
  for (const one of models)
    place.models[one] = (await engine.client.models.add({ path: sampleModel(one) })).id
  return place
}
