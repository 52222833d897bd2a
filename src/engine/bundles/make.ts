import { mkdir, rm, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { KernelscopeError } from '#shared/errors.ts'
import { imageRoot } from '../facts/index.ts'
import type { Press, WrittenFile } from '../figures/index.ts'
import { plannedTransforms, studyDefinition } from '../studies/index.ts'
import { temporaryFolder } from '../base/temporary.ts'
import { version } from '../base/version.ts'
import type { Workspace } from '../workspace/index.ts'
import { writeArchive, type ArchiveEntry } from './archive.ts'
import { collect, writeDraws } from './collect.ts'
import { describedBasis, imagesOfStudy, partsOf, type StudyParts } from './describe.ts'
import { drawFigure } from './drawFigures.ts'
import { writeEvidence } from './evidence.ts'
import { fileDigest } from './find.ts'
import { folderArchive } from './folderArchive.ts'
import { writeImages } from './images.ts'
import { drawsName, failuresName, manifestName, manifestText, type Manifest } from './manifest.ts'
import { renumberedParams } from './params.ts'
import { archiveLimits } from './reader.ts'
import { restoreSetting, restoredStudy } from './restore.ts'
import { restoreFacts } from './restoreFacts.ts'
import { scratchWorkspace } from './scratch.ts'
import { beginPart, unwatched, type Steps } from './steps.ts'

/**
 * Writes a study with its facts, tables, figures and draws as one zip. The zip names no folder of this machine and no
 * time, so the same facts give the same bytes, whichever workspace has them.
 *
 * What the study rests on is first set up in a workspace of its own, as a reader of the bundle does it, and everything else
 * comes from there: a bundle has no number that does not follow from what it holds.
 *
 * @throws STUDY_PARAMS where nothing of the study was measured yet, not even in vain
 * @throws UNSUPPORTED where the bundle would be larger than what `openBundle` reads
 * @param steps stops it: nothing is left then
 * @throws DISK_FULL where the disk is full; the reason of the signal
 */
export async function makeBundle(
  workspace: Workspace,
  press: Press,
  studyId: number,
  path: string,
  steps: Steps = unwatched,
): Promise<WrittenFile> {
  const folder = temporaryFolder('bundle')
  const restored = scratchWorkspace(folder)
  try {
    const counts = await restoreFrom(workspace, studyId, join(folder, 'raw'), restored, steps)
    const out = join(folder, 'out')
    const { head, study, names } = await collect(restored, out, {
      kernelscope: version,
      fileOf: () => undefined,
      wrote: beginPart(steps, 'Writing results and facts', 'facts', counts.facts + counts.measurements),
    })
    if (!isDeepStrictEqual(head.counts, counts))
      throw new KernelscopeError('INTERNAL', `the bundle of ${head.study.title} would lack facts`, {
        details: `${JSON.stringify(counts)} in the workspace, ${JSON.stringify(head.counts)} in the bundle`,
      })
    const { fromWeights = false } = studyDefinition(head.study.kind)
    const answers = head.counts.facts + head.counts.measurements
    const isEmpty = fromWeights ? study.figures.length === 0 : answers === 0 && !names.includes(failuresName)
    if (isEmpty)
      throw new KernelscopeError('STUDY_PARAMS', `nothing of ${head.study.title} was measured yet`, {
        hint: 'Run the study first.',
      })
    const drawn = beginPart(steps, 'Drawing figures', 'figures', study.figures.length)
    for (const figure of study.figures) {
      names.push(...(await drawFigure(press.render, figure, out, study.provenance)))
      drawn()
    }
    const files: Manifest['files'] = []
    for (const name of [...new Set(names)].sort()) {
      const file = join(out, name)
      files.push({ name, bytes: (await stat(file)).size, sha256: await fileDigest(file) })
    }
    checkSize(files)
    const text = manifestText({ ...head, kernelscope: version, files })
    const entries: ArchiveEntry[] = files.map(({ name }) => ({ name, content: { path: join(out, name) } }))
    const began = beginPart(steps, 'Packing', 'files', entries.length)
    await mkdir(dirname(path), { recursive: true })
    await writeArchive(path, [...entries, { name: manifestName, content: Buffer.from(text) }], {
      signal: steps.signal,
      began,
    })
    return { path, bytes: (await stat(path)).size }
  } finally {
    restored.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Restores a study of a workspace in another one, by the files that a bundle of it holds. Returns what it has. */
async function restoreFrom(
  workspace: Workspace,
  studyId: number,
  raw: string,
  restored: Workspace,
  steps: Steps,
): Promise<Manifest['counts']> {
  const { db } = workspace
  await mkdir(raw, { recursive: true })
  const parts = partsOf(db, studyId)
  const { study, definition, models } = parts
  steps.onProgress(0, 0, 'files', 'Reading what the study rests on')
  const draws = (await writeDraws(workspace, raw, studyId)) ? join(raw, drawsName) : null
  await writeImages(db, parts, raw, () => true)
  const drawsDigest = draws === null ? null : await fileDigest(draws)
  const params = renumberedParams(definition, study.params, numbersOf(db, parts), drawsDigest)
  const { kind, title, sample, preprocessings } = study
  const paths = new Map(models.map(({ digest, path: file }) => [digest, file]))
  const setting = {
    study: { kind, title, sample, params, preprocessings },
    models: study.modelIds.length,
    basis: await describedBasis(db, parts),
    archive: await folderArchive(raw),
    draws,
    pathOf: (digest: string) => paths.get(digest),
  }
  await restoreSetting(restored, setting)
  const planned = plannedTransforms(restored.db, restoredStudy)
  const roots = parts.datasetIds.map((id) => `${imageRoot(db, id)}/`)
  const evidence = await writeEvidence(workspace, studyId, raw, {
    conditionOf: (part, own) => planned.get(part) ?? own,
    portable: (message) => roots.reduce((text, root) => text.replaceAll(root, ''), message),
    wrote: beginPart(steps, 'Gathering facts', 'facts', 0),
  })
  const { counts } = evidence
  const read = beginPart(steps, 'Reading facts back', 'facts', counts.facts + counts.measurements)
  const faults = await restoreFacts(restored.db, { ...evidence, archive: await folderArchive(raw) }, read)
  for (const [name, { listed, total }] of Object.entries(faults)) {
    const [first] = listed
    if (first)
      throw new KernelscopeError('INTERNAL', `${total} lines of ${name} do not fit the study: ${title}`, {
        details: `${first.where}: ${first.stored}, should be ${first.found}`,
      })
  }
  return counts
}

/** The numbers that models, datasets and images have in a bundle, by their ids. */
function numbersOf(db: Workspace['db'], parts: StudyParts) {
  const numbered = (ids: readonly number[]) => new Map(ids.map((id, at) => [id, at + 1]))
  const image = new Map<number, number>()
  let n = 0
  for (const page of imagesOfStudy(db, parts)) for (const { id } of page) image.set(id, ++n)
  return { model: numbered(parts.models.map(({ id }) => id)), dataset: numbered(parts.datasetIds), image }
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
