import { readModelFile } from '../models/index.ts'
import type { ModelSource } from '../onnx/index.ts'
import { studyDefinitions } from '../studies/index.ts'
import type { Basis, BasisModel } from './basis.ts'
import { portableInspection } from './describe.ts'
import { whyNot } from './context.ts'
import { compareJson } from './differences.ts'
import { drawsName, factsName, measurementsName, studyName } from './manifest.ts'
import { mostJson, type Bundle } from './open.ts'
import type { PartChecks } from './partChecks.ts'
import { replaysDraws, transformOf } from './conditions.ts'
import { unsafeSvg } from './svgCheck.ts'
import type { Tally } from './tally.ts'

/** Says of the facts, vectors, draws and tables of a bundle how far computing a sample again has confirmed them. */
export function recomputedParts(bundle: Bundle, tally: Tally, checks: PartChecks): void {
  const { manifest, archive } = bundle
  const { facts, measured, skipped } = tally.state()
  const whole = (of: { sampled: number; checked: number }) => of.checked > 0 && of.checked === of.sampled
  const say = (part: string, of: { sampled: number; checked: number; disagreeing: number }, all: number) => {
    if (of.disagreeing > 0)
      checks.fault(part, `${of.disagreeing} of ${of.checked}`, 'what was computed again', 'sample')
    if (whole(of)) checks.set(part, 'recomputed', `${of.checked} of ${all} computed again`)
  }
  if (manifest.counts.facts > 0) say(factsName, facts, manifest.counts.facts)
  if (manifest.counts.measurements > 0) say(measurementsName, measured, manifest.counts.measurements)
  const fromWeights = studyDefinitions.find(({ id }) => id === manifest.study.kind)?.fromWeights
  if (fromWeights) say(studyName, measured, measured.sampled)
  if (!archive.entries.has(drawsName) || !manifest.conditions.some((text) => replaysDraws(transformOf(text))))
    return
  const made = manifest.study.params['draws'] === null || manifest.study.params['draws'] === undefined
  if (whole(facts) && !skipped)
    checks.set(drawsName, 'recomputed', 'facts of these masks were computed again')
  else if (made)
    checks.set(drawsName, 'read', 'they fit the models; what they were made from is not in the bundle')
}

/** Compares what a bundle says of its models with their files, where these are at hand. */
export async function checkModels(
  { models }: Pick<Basis, 'models'>,
  files: ReadonlyMap<string, ModelSource>,
  checks: PartChecks,
): Promise<void> {
  for (const model of models) {
    const part = `model ${model.title}`
    const file = files.get(model.digest)
    if (file === undefined) checks.set(part, 'read', 'its file is not at hand')
    else await checkModel(part, model, file, checks)
  }
}

async function checkModel(
  part: string,
  model: BasisModel,
  { path, choice }: ModelSource,
  checks: PartChecks,
): Promise<void> {
  try {
    const { digest, bytes, inspection } = await readModelFile(path, undefined, choice)
    const { parameters, family } = inspection
    const found = { digest, bytes, parameters, family, inspection: portableInspection(inspection) }
    const said = {
      digest: model.digest,
      bytes: model.bytes,
      parameters: model.parameters,
      family: model.family,
      inspection: model.inspection,
    }
    compareJson(said, found, '', checks.differencesOf(part))
    checks.set(part, 'recomputed', 'its file says the same')
  } catch (error) {
    checks.set(part, 'read', `its file cannot be read: ${whyNot(error)}`)
  }
}

/** Refuses drawings that could do something where they are shown. */
export async function checkSvgs({ archive }: Bundle, checks: PartChecks): Promise<void> {
  for (const [name, bytes] of archive.entries) {
    if (!name.endsWith('.svg')) continue
    if (bytes > mostJson) checks.fault(name, bytes, `at most ${mostJson} bytes`, 'size')
    else {
      const unsafe = unsafeSvg((await archive.read(name, mostJson)).toString())
      if (unsafe !== null) checks.fault(name, unsafe, 'a drawing alone')
    }
  }
}
