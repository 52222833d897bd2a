import { preprocessingsLong } from '#shared/preprocessingChange.ts'
import { sampleText } from '#shared/sampleWords.ts'
import { markedTitle } from '#shared/preprocessing.ts'
import { portableParams } from '../bundles/index.ts'
import { getDataset } from '../datasets/index.ts'
import { fonts } from './fonts.ts'
import { getModel } from '../models/index.ts'
import type { Press } from '../figures/index.ts'
import { getStudy, studyDefinition, type Reader } from '../studies/index.ts'
import { version } from '../base/version.ts'
import { writeWhole, type WrittenFile } from '../base/wholeFile.ts'
import type { Workspace } from '../workspace/index.ts'
import { inlineFigure } from './figure.ts'
import { reportHtml, type ReportStudy } from './page.ts'

/** What draws the figures of a report, and what sums up its facts. */
export interface ReportTools {
  press: Press
  reader: Reader
}

/**
 * Writes studies as one HTML page that loads nothing else. The same studies with the same facts give the same bytes.
 *
 * @throws STUDY_NOT_FOUND where a study does not exist
 * @throws DISK_FULL, FILE_UNREADABLE where the file cannot be written
 */
export async function makeReport(
  workspace: Workspace,
  tools: ReportTools,
  studyIds: readonly number[],
  title: string,
  path: string,
): Promise<WrittenFile> {
  const studies: ReportStudy[] = []
  for (const [at, id] of studyIds.entries()) studies.push(await studyOf(workspace, tools, id, `s${at + 1}`))
  const html = reportHtml({ title, version, studies, fonts: await fonts() })
  return writeWhole(path, html)
}

async function studyOf(
  workspace: Workspace,
  { press, reader }: ReportTools,
  id: number,
  prefix: string,
): Promise<ReportStudy> {
  const { db } = workspace
  const study = getStudy(db, id)
  const definition = studyDefinition(study.kind)
  const { title, section, definitions } = definition
  const result = await reader.ask({ kind: 'result', id })
  const figures: ReportStudy['figures'][number][] = []
  for (const [at, spec] of result.figures.entries())
    figures.push({ spec, svg: await inlineFigure(press, spec, `${prefix}f${at + 1}-`) })
  return {
    title: study.title,
    kindTitle: title,
    section,
    answers: result.answers,
    settings: [
      ['Models', study.modelIds.map((modelId) => markedTitle(getModel(db, modelId))).join(', ')],
      ...(study.datasetId === null ? [] : [['Images', getDataset(db, study.datasetId).title] as const]),
      ...(study.sample ? [['Sample', sampleText(study.sample)] as const] : []),
      ...(study.preprocessings
        ? ([['Preprocessing', preprocessingsLong(study.preprocessings)]] as const)
        : []),
      ...Object.entries(portableParams(definition, study.params))
        .filter(([, value]) => value !== null)
        .map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : String(value)] as const),
    ],
    figures,
    tables: result.tables,
    reported: result.reported,
    definitions,
    provenance: [...result.provenance, `Kernelscope ${version}.`],
  }
}
