import { cpSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { resourcePath } from '../base/resources.ts'
import { detectLayout, indexDataset, insertDataset } from '../datasets/index.ts'
import type { ImagePool } from '../images/index.ts'
import { insertJob } from '../jobs/index.ts'
import { addModel } from '../models/index.ts'
import { insertStudy, settledStudy } from '../studies/index.ts'
import { createWorkspace } from '../workspace/index.ts'

/** A workspace with a study that takes a second. */
export interface SmallStudy {
  studyId: number
  modelId: number
  /** Folder of the model and the images, and their names in it. */
  files: string
  names: string[]
}

const model = 'replk3'
const images = 8

/**
 * Makes a workspace with one of the sample's models and an image each of eight of its classes, and a study of clean accuracy.
 *
 * @param folder a new folder for the workspace; its files lie beside it
 */
export async function makeSmallStudy(
  folder: string,
  pool: ImagePool,
  signal: AbortSignal,
): Promise<SmallStudy> {
  const files = `${folder}-files`
  const suite = resourcePath('sample/suites/val')
  const names = [
    `${model}.onnx`,
    `${model}.json`,
    ...readdirSync(suite)
      .toSorted()
      .slice(0, images)
      .map((name) => `val/${name}/${readdirSync(join(suite, name)).toSorted()[0] ?? ''}`),
  ]
  for (const name of names)
    cpSync(
      name.startsWith('val/')
        ? join(resourcePath('sample/suites'), name)
        : resourcePath('sample/models', name),
      join(files, name),
      { recursive: true },
    )
  const workspace = createWorkspace(folder, false)
  try {
    const { db } = workspace
    const { id: modelId } = await addModel(db, join(files, `${model}.onnx`), { signal })
    const root = join(files, 'val')
    const datasetId = insertDataset(db, root, 'Check', await detectLayout(root))
    const job = insertJob(db, { kind: 'index', title: 'Check', datasetId })
    const quiet = { enterNative: () => undefined, report: () => undefined }
    await indexDataset(workspace, pool, datasetId, { job, signal, crashes: 0, ...quiet })
    const input = { kind: 'clean-accuracy', params: {}, modelIds: [modelId], datasetId, sample: null }
    const { id: studyId } = insertStudy(db, await settledStudy(db, input, signal))
    return { studyId, modelId, files, names }
  } finally {
    workspace.close()
  }
}
