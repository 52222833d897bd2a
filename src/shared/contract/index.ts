import { bundles } from './bundles.ts'
import { compositions } from './compositions.ts'
import { annotations } from './annotations.ts'
import { cluster } from './cluster.ts'
import { datasets } from './datasets.ts'
import { figures } from './figures.ts'
import { files } from './files.ts'
import { guide } from './guide.ts'
import { gallery } from './gallery.ts'
import { intake } from './intake.ts'
import { jobs } from './jobs.ts'
import { maps } from './maps.ts'
import { models } from './models.ts'
import { reports } from './reports.ts'
import { studies } from './studies.ts'
import { subsets } from './subsets.ts'
import { system, workspace } from './system.ts'
import { units } from './units.ts'

/** Everything that the renderer and the command line may ask of the engine. */
export const contract = {
  workspace,
  models,
  maps,
  intake,
  datasets,
  subsets,
  annotations,
  studies,
  jobs,
  figures,
  files,
  guide,
  gallery,
  compositions,
  bundles,
  reports,
  units,
  cluster,
  system,
}
export type Contract = typeof contract

export * from './annotations.ts'
export * from './cellImages.ts'
export * from './cluster.ts'
export * from './clusterProfile.ts'
export * from './common.ts'
export * from './bundles.ts'
export * from './bundleSignature.ts'
export * from './compositions.ts'
export * from './confusion.ts'
export * from './datasetReport.ts'
export * from './datasets.ts'
export * from './facets.ts'
export * from './figures.ts'
export * from './files.ts'
export * from './folderCheck.ts'
export * from './guide.ts'
export * from './gallery.ts'
export * from './imageFilter.ts'
export * from './intake.ts'
export * from './jobs.ts'
export * from './keeping.ts'
export * from './maps.ts'
export * from './working.ts'
export * from './models.ts'
export * from './paper.ts'
export * from './ranking.ts'
export * from './studies.ts'
export * from './stopping.ts'
export * from './studyImages.ts'
export * from './studyInput.ts'
export * from './conditionWords.ts'
export * from './studyResult.ts'
export * from './studyRows.ts'
export * from './sample.ts'
export * from './subsets.ts'
export * from './suite.ts'
export * from './system.ts'
export * from './units.ts'
export * from './workspaceInfo.ts'
