import { createHash } from 'node:crypto'
import { mkdir, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { DataTable } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { formattedTable, provenanceBeside } from '#shared/figures/formattedTable.ts'
import { wordsOf, type TableWords } from '#shared/figures/paperTable.ts'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { getDataset } from '../datasets/index.ts'
import { plainName, writeFigure, type Press, type WrittenFile } from '../figures/index.ts'
import { getModel } from '../models/index.ts'
import { exportDraws, getStudy, studyDefinition, type Reader } from '../studies/index.ts'
import { temporaryFolder } from '../base/temporary.ts'
import { version } from '../base/version.ts'
import type { Workspace } from '../workspace/index.ts'
import { writeArchive, type ArchiveEntry } from './archive.ts'
import { writeEvidence } from './evidence.ts'
import { fileDigest } from './find.ts'
import {
  bundleVersion,
  drawsName,
  manifestName,
  manifestText,
  readmeName,
  studyName,
  type Manifest,
} from './manifest.ts'
import { describedModel, surrogatesOf } from './models.ts'
import { portableParams } from './params.ts'
import { archiveLimits } from './reader.ts'
import { readme } from './readme.ts'

/** What draws the figures of a bundle, and what sums up its facts. */
export interface BundleTools {
  press: Press
  reader: Reader
}

/**
 * Writes a study with its facts, tables, figures and draws as one zip. The zip names no folder of this machine and no
 * time, so the same study with the same facts gives the same bytes.
 *
 * @throws STUDY_PARAMS where nothing of the study was measured yet
 * @throws UNSUPPORTED where the bundle would be larger than what `openBundle` reads
 * @throws DISK_FULL where the disk is full
 */
export async function makeBundle(
  workspace: Workspace,
  { press, reader }: BundleTools,
  studyId: number,
  path: string,
): Promise<WrittenFile> {
  const folder = temporaryFolder('bundle')
  try {
    const { manifest, entries } = await collect(workspace, { press, reader }, studyId, folder)
    await mkdir(dirname(path), { recursive: true })
    await writeArchive(path, [
      ...entries,
      { name: manifestName, content: Buffer.from(manifestText(manifest)) },
    ])
    return { path, bytes: (await stat(path)).size }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function collect(
  workspace: Workspace,
  { press, reader }: BundleTools,
  studyId: number,
  folder: string,
): Promise<{ manifest: Manifest; entries: ArchiveEntry[] }> {
  const { db } = workspace
  const study = getStudy(db, studyId)
  const definition = studyDefinition(study.kind)
  const result = await reader.ask({ kind: 'result', id: studyId })
  const models = study.modelIds.map((id) => getModel(db, id))
  const dataset = study.datasetId === null ? null : getDataset(db, study.datasetId)
  const evidence = await writeEvidence(workspace, studyId, folder)
  if (evidence.counts.facts + evidence.counts.measurements === 0 && result.figures.length === 0)
    throw new KernelscopeError('STUDY_PARAMS', `nothing of ${study.title} was measured yet`, {
      hint: 'Run the study first.',
    })
  const { state, complete, tables, figures, reported, provenance } = result
  const texts: [string, string][] = [
    [studyName, json({ state, complete, tables, figures, reported, provenance })],
    ...tableTexts(tables, wordsOf(result)),
  ]
  const draws = await drawsOf(workspace, studyId, folder)
  const rendered = await renderFigures(press, figures, join(folder, 'figures'), provenance)
  const sections: Manifest['study'] = {
    kind: study.kind,
    kindTitle: definition.title,
    section: definition.section,
    title: study.title,
    params: portableParams(definition, study.params),
    sample: study.sample,
    preprocessings: study.preprocessings,
    definitions: definition.definitions,
  }
  const head = {
    kernelscopeBundle: bundleVersion,
    kernelscope: version,
    study: sections,
    dataset: dataset && {
      title: dataset.title,
      classes: dataset.classes.length,
      images: evidence.counts.images,
    },
    models: models.map(describedModel),
    surrogates: dataset ? surrogatesOf(db, { ...study, datasetId: dataset.id }, evidence.conditions) : [],
    variants: evidence.variants,
    conditions: evidence.conditions,
    sets: evidence.sets,
    counts: evidence.counts,
  } as const
  texts.push([readmeName, readme({ ...head, files: [] })])
  const entries: ArchiveEntry[] = [
    ...texts.map(([name, text]) => ({ name, content: Buffer.from(text) })),
    ...draws,
    ...rendered,
    ...evidence.entries,
  ]
  const files = []
  for (const { name, content } of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
    files.push({ name, ...(await digestOf(content)) })
  checkSize(files)
  return { manifest: { ...head, files }, entries }
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

/** Refuses a bundle that `openBundle` would not read. */
function checkSize(files: Manifest['files']): void {
  const { entries, totalBytes } = archiveLimits
  const bytes = files.reduce((total, file) => total + file.bytes, 0)
  if (files.length < entries && bytes <= totalBytes) return
  throw new KernelscopeError(
    'UNSUPPORTED',
    `the bundle would have ${files.length + 1} files of ${(bytes / 2 ** 30).toFixed(1)} GiB; at most ${entries} files and ${totalBytes / 2 ** 30} GiB can be read`,
    { hint: 'Make bundles of fewer models or of a smaller sample.' },
  )
}

async function renderFigures(
  press: Press,
  figures: readonly FigureSpec[],
  directory: string,
  provenance: readonly string[],
): Promise<ArchiveEntry[]> {
  const entries: ArchiveEntry[] = []
  for (const figure of figures) {
    const options = { widthInches: 6.75, dpi: 300 }
    const formats = ['pdf', 'svg', 'csv', 'txt'] as const
    const files = await writeFigure(press.render, figure, formats, directory, options, provenance)
    for (const { path } of files)
      entries.push({ name: `figures/${plainName(basename(path))}`, content: { path } })
  }
  return entries
}

/** Exports the draws file of a study; empty for a study without random draws. */
async function drawsOf(workspace: Workspace, studyId: number, folder: string): Promise<ArchiveEntry[]> {
  try {
    const { path } = await exportDraws(workspace, studyId, join(folder, drawsName))
    return [{ name: drawsName, content: { path } }]
  } catch (error) {
    if (error instanceof KernelscopeError && error.code === 'UNSUPPORTED') return []
    throw error
  }
}

async function digestOf(content: ArchiveEntry['content']): Promise<{ bytes: number; sha256: string }> {
  return Buffer.isBuffer(content)
    ? { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') }
    : { bytes: (await stat(content.path)).size, sha256: await fileDigest(content.path) }
}

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
