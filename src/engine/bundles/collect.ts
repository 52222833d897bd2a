import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DataTable } from '#shared/contract/index.ts'
import { formattedTable, provenanceBeside } from '#shared/figures/formattedTable.ts'
import { wordsOf, type TableWords } from '#shared/figures/paperTable.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { plainName } from '../figures/index.ts'
import { exportDraws, studyResult } from '../studies/index.ts'
import type { Workspace } from '../workspace/index.ts'
import { describedBasis, partsOf, type StudyParts } from './describe.ts'
import { writeEvidence, type Evidence } from './evidence.ts'
import { namesShown, writeImages } from './images.ts'
import {
  basisName,
  bundledStudy,
  bundleVersion,
  drawsName,
  imagesName,
  readmeName,
  studyName,
  type BundledStudy,
  type Manifest,
} from './manifest.ts'
import { describedModel, surrogatesOf } from './models.ts'
import { readme } from './readme.ts'
import { restoredStudy } from './restore.ts'

/** All of a bundle but its figures, its list of files and what made it. */
export interface Collected {
  head: Omit<Manifest, 'files' | 'kernelscope'>
  study: BundledStudy
  /** Names of the files in the folder. */
  names: string[]
}

/** What of a bundle does not follow from its study: it says what made it. */
export interface MadeAs {
  kernelscope: string
  /** Name of a model file by digest. It lies under another name where it was found. */
  fileOf(digest: string): string | undefined
  /** Is called for every fact that was written; it may throw to stop. */
  wrote?(): void
}

/** Finds the names of model files in a list of models. */
export const filesOf =
  (models: readonly { digest: string; file: string }[]): MadeAs['fileOf'] =>
  (digest) =>
    models.find((model) => model.digest === digest)?.file

/**
 * Writes all files of a bundle but its manifest and its figures into a folder, from the workspace that `restoreSetting`
 * and `restoreFacts` filled. It depends on that workspace alone, so a bundle that is restored gives its own files again.
 *
 * @param made the version that made the bundle, and the names of its model files by digest
 * @throws DISK_FULL where the disk is full
 * @throws UNSUPPORTED where a file would be larger than an archive may hold
 * @throws the errors of planning the study and of reading model files
 */
export async function collect(
  workspace: Workspace,
  folder: string,
  { kernelscope, fileOf, wrote }: MadeAs,
): Promise<Collected> {
  const { db } = workspace
  await mkdir(join(folder, 'tables'), { recursive: true })
  const parts = partsOf(db, restoredStudy)
  const result = await studyResult(workspace, restoredStudy)
  const { state, complete, tables, figures, reported, provenance } = result
  const study = bundledStudy.parse({ state, complete, tables, figures, reported, provenance })
  const evidence = await writeEvidence(workspace, restoredStudy, folder, { wrote })
  const names = [...evidence.files]
  if (!parts.definition.fromWeights) {
    await writeImages(db, parts, folder, namesShown(db, parts, tables))
    names.push(imagesName)
  }
  if (await writeDraws(workspace, folder)) names.push(drawsName)
  const named = <Model extends { digest: string; file: string }>(model: Model): Model => ({
    ...model,
    file: fileOf(model.digest) ?? model.file,
  })
  const found = await headOf(workspace, parts, evidence)
  const head = {
    ...found,
    models: found.models.map(named),
    surrogates: found.surrogates.map(named),
  }
  const { models, ...basis } = await describedBasis(db, parts)
  const texts: [string, string][] = [
    [studyName, json(study)],
    [basisName, json({ models: models.map(named), ...basis, pictures: evidence.pictures })],
    ...tableTexts(tables, wordsOf(result)),
    [readmeName, readme({ ...head, kernelscope })],
  ]
  for (const [name, text] of texts) {
    await writeFile(join(folder, name), text)
    names.push(name)
  }
  return { head, study, names }
}

async function headOf({ db }: Workspace, parts: StudyParts, evidence: Evidence): Promise<Collected['head']> {
  const { study, definition, models } = parts
  const { variants, conditions, sets, counts } = evidence
  const [dataset] = (await describedBasis(db, parts)).datasets
  return {
    kernelscopeBundle: bundleVersion,
    study: {
      kind: study.kind,
      kindTitle: definition.title,
      section: definition.section,
      title: study.title,
      params: study.params,
      sample: study.sample,
      preprocessings: study.preprocessings,
      definitions: definition.definitions,
    },
    dataset: dataset
      ? { title: dataset.title, classes: dataset.classes.length, images: counts.images }
      : null,
    models: models.slice(0, study.modelIds.length).map(describedModel),
    surrogates:
      study.datasetId === null ? [] : surrogatesOf(db, { ...study, datasetId: study.datasetId }, conditions),
    ...{ variants, conditions, sets, counts },
  }
}

/**
 * Writes the draws of a study as draws.json into a folder; false for a study without random draws.
 *
 * @throws DISK_FULL, FILE_UNREADABLE as `exportDraws`
 */
export async function writeDraws(
  workspace: Workspace,
  folder: string,
  studyId = restoredStudy,
): Promise<boolean> {
  try {
    await exportDraws(workspace, studyId, join(folder, drawsName))
    return true
  } catch (error) {
    if (error instanceof KernelscopeError && error.code === 'UNSUPPORTED') return false
    throw error
  }
}

const formatsOfTables = ['csv', 'tex', 'md'] as const

function tableTexts(tables: readonly DataTable[], words: TableWords): [string, string][] {
  const beside = provenanceBeside(formatsOfTables, words.provenance)
  return tables.flatMap((table) => [
    ...formatsOfTables.map((format): [string, string] => [
      `tables/${plainName(table.id)}.${format}`,
      formattedTable(table, format, words),
    ]),
    ...(beside === null
      ? []
      : [[`tables/${plainName(table.id)}.provenance.txt`, beside] satisfies [string, string]]),
  ])
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
