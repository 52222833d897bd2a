import type { KeyNumber, StudySummary } from '#shared/contract/index.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import { getStudy } from '../store/store.ts'
import { studyDefinition } from '../registry.ts'
import type { View } from '../definition/index.ts'
import { studyView } from './result.ts'

/**
 * What a list shows of a study: how much of it is stored, and the number that stands for it. null where its kind has no
 * metric in the ranking. Reads stored facts only.
 *
 * @throws STUDY_NOT_FOUND where there is no such study
 */
export async function studySummary(workspace: WorkspaceFiles, studyId: number): Promise<StudySummary | null> {
  const { kind } = getStudy(workspace.db, studyId)
  if (!studyDefinition(kind).ranked) return null
  const { view, grid, complete } = await studyView(workspace, studyId, false)
  return { complete, answers: grid.answers, keyNumber: keyNumberOf(view) }
}

/** The first metric of the ranking, for each model that has it; null where nothing of it was measured. */
function keyNumberOf({ metrics = [] }: Pick<View, 'metrics'>): KeyNumber | null {
  const [first] = metrics
  if (!first) return null
  const values = metrics.flatMap(({ key, modelId, value, n, interpolated = false }) =>
    key === first.key && value !== null && n > 0 ? [{ modelId, value, n, interpolated }] : [],
  )
  const { title, unit, better } = first
  return values.length > 0 ? { title, unit, better, values } : null
}
