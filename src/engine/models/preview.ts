import type { CheckpointChoice, ModelPreview } from '#shared/contract/index.ts'
import { readModelFile } from './file.ts'
import { sourceOf } from './labelList.ts'

/** Labels that a preview shows. */
const mostLabels = 8

/** What a file, or a folder with one model, would be added as. Throws the errors of `readModelFile`. */
export async function previewModel(
  path: string,
  choice: CheckpointChoice | undefined,
  signal: AbortSignal | undefined,
): Promise<ModelPreview> {
  const { labels, ...file } = await readModelFile(path, signal, choice)
  const { title, digest, inspection, classes, preprocessing, origin, problems } = file
  return {
    ...{ path: file.path, title, digest, inspection, classes, preprocessing, origin, problems },
    labelSource: sourceOf(labels),
    labels: labels.names.slice(0, mostLabels),
  }
}
