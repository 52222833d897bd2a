import type { KeyNumber } from '#shared/contract/index.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import { getStudy } from '../store/store.ts'
import { studyDefinition } from '../registry.ts'
import { studyView } from './result.ts'

/**
 * The number that stands for a study in a list: its first metric of the ranking, for each model that has it. null where
 * the kind has none, or where nothing of it was measured. Reads stored facts only.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export async function keyNumber(workspace: WorkspaceFiles, studyId: number): Promise<KeyNumber | null> {
  const { kind } = getStudy(workspace.db, studyId)
  if (!studyDefinition(kind).ranked) return null
  const metrics = (await studyView(workspace, studyId, false)).view.metrics ?? []
  const [first] = metrics
  if (!first) return null
  const values = metrics.flatMap(({ key, modelId, value, n, interpolated = false }) =>
    key === first.key && value !== null && n > 0 ? [{ modelId, value, n, interpolated }] : [],
  )
  const { title, unit, better } = first
  return values.length > 0 ? { title, unit, better, values } : null
}
