import { getModel } from '../../models/index.ts'
import type { WorkspaceFiles } from '../../workspace/index.ts'
import { studyDefinition } from '../registry.ts'
import { conditionsOf } from './plan.ts'
import { shownModels } from './shown.ts'
import type { SettledStudy } from './settled.ts'

/**
 * Refuses draws to replay that do not fit the models of a study. Whether they fit its images shows when the study runs,
 * because its sample is drawn when it is stored.
 *
 * @throws STUDY_PARAMS where they do not fit; the message says why
 * @throws DRAWS_MALFORMED where the workspace has no such draws
 */
export async function checkFits(
  workspace: Pick<WorkspaceFiles, 'db' | 'draws'>,
  study: SettledStudy,
): Promise<void> {
  const { db } = workspace
  const { datasetId, params } = study
  const definition = studyDefinition(study.kind)
  if (!definition.fits || datasetId === null || params['draws'] == null) return
  const all = shownModels(db, study, [datasetId, ...(definition.otherDatasets?.(params) ?? [])], getModel)
  const source = { datasetId, selectedFor: null }
  const models = all.map((shown) => ({
    model: shown.model,
    conditions: conditionsOf(db, definition, params, shown, all, source),
  }))
  await definition.fits(params, { workspace, models, source: null })
}
