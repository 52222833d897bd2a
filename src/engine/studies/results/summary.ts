import type { KeyNumber, StudySummary } from '#shared/contract/index.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import type { View } from '../definition/index.ts'
import { studyView } from './result.ts'

/**
 * What a list shows of a study: how much of it is stored, and the number that stands for it. Reads stored facts and, for
 * a study of weights, the models' files.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export async function studySummary(workspace: WorkspaceFiles, studyId: number): Promise<StudySummary> {
  const { view, stored } = await studyView(workspace, studyId, false)
  return { ...stored, keyNumber: keyNumberOf(view) }
}

/** The view's own number, else the first metric, for each model that has it; null where nothing of it was measured. */
function keyNumberOf({ key, metrics = [] }: Pick<View, 'key' | 'metrics'>): KeyNumber | null {
  if (key !== undefined) return key
  const [first] = metrics
  if (!first) return null
  const values = metrics.flatMap(({ key: own, modelId, value, n, interpolated = false }) =>
    own === first.key && value !== null && n > 0 ? [{ modelId, value, n, interpolated }] : [],
  )
  const { title, unit, better } = first
  return values.length > 0 ? { title, unit, better, values } : null
}
