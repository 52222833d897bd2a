import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { FigureSpec } from '#shared/figures/spec.ts'
import { canonicalJson } from '#shared/canonical.ts'
import { toErrorShape } from '#shared/errors.ts'
import { withNewFile } from '../base/newFile.ts'
import { temporaryFolder } from '../base/temporary.ts'
import { version } from '../base/version.ts'
import { parseParams, studyDefinition } from '../studies/index.ts'
import type { Workspace } from '../workspace/index.ts'
import type { Basis } from './basis.ts'
import { collect, filesOf, type Collected } from './collect.ts'
import { compareFile } from './compareFile.ts'
import type { VerifyContext } from './context.ts'
import { compareJson, differences, type Leeway } from './differences.ts'
import { drawFigure, figureNames } from './drawFigures.ts'
import { checkImageCounts } from './imageCounts.ts'
import { drawsName, imagesName, manifestName, manifestText, studyName } from './manifest.ts'
import { mostJson, type Bundle } from './open.ts'
import type { PartChecks } from './partChecks.ts'
import { restoreSetting } from './restore.ts'
import { restoreFacts } from './restoreFacts.ts'
import { scratchWorkspace } from './scratch.ts'
import { beginPart } from './steps.ts'
import type { ModelSource } from '../onnx/index.ts'

/** What deriving a bundle needs besides it. */
export type DeriveContext = Pick<VerifyContext, 'render' | 'signal' | 'onProgress'>

/**
 * Derives all of a bundle again from its facts and its basis, in a workspace of its own that is removed afterwards, and
 * compares it with what the bundle holds, file by file.
 *
 * @param paths model files that were found, by digest; a study that reads only these is derived where all are there
 * @param tolerance how far numbers that come from model files may lie apart, as a share of the greater
 * @throws BUNDLE_MALFORMED where a line of a CSV is not valid, naming its number; the reason of the signal
 */
export async function deriveBundle(
  bundle: Bundle,
  basis: Basis,
  paths: ReadonlyMap<string, ModelSource>,
  context: DeriveContext,
  tolerance: number,
  checks: PartChecks,
): Promise<void> {
  const folder = temporaryFolder('derive')
  const out = join(folder, 'out')
  try {
    const workspace = scratchWorkspace(folder)
    try {
      const collected = await derived({ bundle, basis, paths, context, checks, workspace, folder, out })
      for (const { name } of bundle.manifest.files)
        if (!collected) checks.fallBack(name, `not derived, as ${studyName} was not`)
      if (!collected) return
      // Numbers of weights are computed from the models' files themselves.
      const leeway = { tolerance: studyDefinition(bundle.manifest.study.kind).fromWeights ? tolerance : 0 }
      await compareAll({ bundle, checks, context, out, leeway }, collected)
    } finally {
      workspace.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const needsFiles = 'it rests on the files of its models, and not all are at hand'

interface Deriving {
  bundle: Bundle
  basis: Basis
  paths: ReadonlyMap<string, ModelSource>
  context: DeriveContext
  checks: PartChecks
  workspace: Workspace
  folder: string
  out: string
}

/** Restores the study of a bundle and writes its files again; null where that is not possible, which is said. */
async function derived(deriving: Deriving): Promise<Collected | null> {
  const { bundle, basis, paths, context, checks, workspace, folder, out } = deriving
  const { manifest, archive } = bundle
  const { kind, title, params, sample, preprocessings } = manifest.study
  // What this version cannot set up, it must have made otherwise.
  const cannot = (part: string, where: string, error: unknown) => {
    const { code, message } = toErrorShape(error)
    if (code === 'BUNDLE_MALFORMED' || context.signal.aborted) throw error
    const missing = basis.models.filter(({ digest }) => !paths.has(digest))
    if (missing.length > 0 && (code === 'FILE_MISSING' || code.startsWith('MODEL_')))
      checks.set(part, 'read', needsFiles)
    else if (manifest.kernelscope === version) checks.fault(part, `${code}: ${message}`, null, where)
    else checks.set(part, 'read', `this version cannot set it up (${code}: ${message})`)
    return null
  }
  let fromWeights = false
  try {
    const definition = studyDefinition(kind)
    fromWeights = definition.fromWeights ?? false
    if (canonicalJson(parseParams(definition, params)) !== canonicalJson(params))
      checks.fault(manifestName, params, parseParams(definition, params), 'study.params')
  } catch (error) {
    return cannot(manifestName, 'study', error)
  }
  if (fromWeights && basis.models.some(({ digest }) => !paths.has(digest))) {
    checks.set(studyName, 'read', needsFiles)
    return null
  }
  await mkdir(out, { recursive: true })
  const draws = archive.entries.has(drawsName) ? join(folder, drawsName) : null
  if (draws) await unpack(bundle, drawsName, draws)
  const setting = {
    study: { kind, title, sample, params, preprocessings },
    models: manifest.models.length,
    basis,
    archive,
    draws,
    pathOf: (digest: string) => paths.get(digest)?.path,
  }
  try {
    await restoreSetting(workspace, setting)
  } catch (error) {
    const part = toErrorShape(error).code === 'DRAWS_MALFORMED' ? drawsName : 'basis.json'
    return cannot(part, '', error)
  }
  const { variants, conditions, counts } = manifest
  const lines = counts.facts + counts.measurements
  const files = { archive, variants, conditions, pictures: basis.pictures }
  const read = beginPart(context, 'Reading facts', 'facts', lines)
  const faults = await restoreFacts(workspace.db, files, read)
  for (const [name, found] of Object.entries(faults)) checks.adopt(name, found)
  try {
    const collected = await collect(workspace, out, {
      kernelscope: manifest.kernelscope,
      fileOf: filesOf(basis.models),
      wrote: beginPart(context, 'Deriving results and facts', 'facts', lines),
    })
    if (archive.entries.has(imagesName)) checkImageCounts(workspace.db, basis, sample, checks)
    return collected
  } catch (error) {
    const part = toErrorShape(error).code === 'DRAWS_MALFORMED' ? drawsName : studyName
    return cannot(part, '', error)
  }
}

interface Comparing {
  bundle: Bundle
  checks: PartChecks
  context: DeriveContext
  out: string
  leeway: Leeway
}

/** Compares every file of a bundle with the derived one, and the list of its files. */
async function compareAll(comparing: Comparing, { head, study, names }: Collected): Promise<void> {
  const { bundle, checks, context, out, leeway } = comparing
  const { manifest, archive } = bundle
  const { kernelscope, files } = manifest
  const text = manifestText({ ...head, kernelscope, files })
  const own = (await archive.read(manifestName, mostJson)).toString()
  compareJson(JSON.parse(own), JSON.parse(text), '', checks.differencesOf(manifestName))
  if (own !== text && checks.differencesOf(manifestName).total === 0)
    checks.fault(manifestName, 'another text', 'the text that Kernelscope writes')
  checks.set(manifestName, 'derived', 'what was measured on what, as the facts have it')
  const expected = new Set(names)
  const { figures } = study
  const drawn = beginPart(context, 'Drawing figures again', 'figures', figures.length)
  for (const name of names) {
    if (!archive.entries.has(name)) checks.fault(name, null, 'a file', 'missing')
    else await compareFile({ archive, folder: out, name, kernelscope, leeway }, checks)
  }
  const stored = new Map(bundle.study.figures.map((figure) => [figure.id, figure]))
  for (const figure of figures) {
    for (const name of await figureFiles(comparing, figure, stored.get(figure.id), study.provenance)) {
      expected.add(name)
      if (!archive.entries.has(name)) checks.fault(name, null, 'a file', 'missing')
    }
    drawn()
  }
  for (const { name } of files)
    if (!expected.has(name))
      checks.fault(name, 'a file', 'no such file in a bundle of this study', 'unexpected')
}

/** Draws a figure again and compares its files, where it is the derived one. Returns the names of its files. */
async function figureFiles(
  { bundle, checks, context, out, leeway }: Comparing,
  figure: FigureSpec,
  stored: FigureSpec | undefined,
  provenance: readonly string[],
): Promise<string[]> {
  const { archive, manifest, study } = bundle
  const differing = differences()
  compareJson([stored, study.provenance], [figure, provenance], '', differing, leeway)
  const same = differing.total === 0
  const names = same
    ? await drawFigure(context.render, figure, out, provenance)
    : figureNames(figure.id, provenance)
  for (const name of names.filter((one) => archive.entries.has(one)))
    if (same)
      await compareFile({ archive, folder: out, name, kernelscope: manifest.kernelscope, leeway }, checks)
    else checks.set(name, 'read', `its figure in ${studyName} differs, so it was not drawn again`)
  return names
}

async function unpack({ archive }: Bundle, name: string, path: string): Promise<void> {
  await withNewFile(path, (file) => archive.each(name, (piece) => file.writeFile(piece)))
}
