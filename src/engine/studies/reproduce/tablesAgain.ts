import type { DataTable } from '#shared/contract/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Workspace } from '../../workspace/index.ts'
import { noImages } from '../../facts/index.ts'
import { readGrid } from '../summary/grid.ts'
import { studyDefinition } from '../registry.ts'
import { wordsOf } from '../definition/index.ts'

/**
 * Computes the tables of a study that measures nothing on images (such as kernel distances) again from the
 * models' files; null for other studies.
 *
 * @throws STUDY_UNKNOWN where there is no such kind
 * @throws the errors of reading the models
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
  const { tables } = await definition.view(grid, params, { workspace, models, source: noImages })
  return tables
}
