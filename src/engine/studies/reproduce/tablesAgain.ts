import type { DataTable } from '#shared/contract/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Workspace } from '../../workspace/index.ts'
import { readGrid } from '../summary/grid.ts'
import { studyDefinition } from '../registry.ts'
import { wordsOf } from '../definition/index.ts'

/** No dataset: what is read from models alone asks for none. */
const nowhere = { datasetId: 0, selectedFor: null }

/**
 * The tables of a study that measures nothing on images, such as kernel distances, read again from the models' files; null
 * for a study that does measure.
 *
 * @throws STUDY_UNKNOWN, and what reading the models throws
 */
export async function tablesAgain(
  workspace: Workspace,
  kind: string,
  params: Record<string, unknown>,
  models: StoredModel[],
): Promise<DataTable[] | null> {
  const definition = studyDefinition(kind)
  if (!definition.fromWeights) return null
  const grid = await readGrid(workspace.db, [], 0, false, (condition) =>
    wordsOf(definition, params, condition),
  )
  const { tables } = await definition.view(grid, params, { workspace, models, source: nowhere })
  return tables
}
