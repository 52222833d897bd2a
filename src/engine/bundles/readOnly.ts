import { allOutputs } from '#shared/readouts.ts'
import { outputLookup } from '../models/index.ts'
import { brokenRule } from './factRules.ts'
import { factRecord } from './factLines.ts'
import { factsName, manifestName, type Manifest } from './manifest.ts'
import { valid, type Bundle } from './open.ts'
import type { PartChecks } from './partChecks.ts'
import { eachLine } from './records.ts'
import { longestLine } from './sample.ts'

/**
 * Checks a bundle of a version that did not write what its result rests on: its facts by themselves, and its counts.
 * Everything else can only be read.
 *
 * @throws BUNDLE_MALFORMED where a line of facts is not valid, naming its number
 */
export async function checkOlder({ manifest, archive }: Bundle, checks: PartChecks): Promise<void> {
  const why = 'the bundle does not say what it rests on: it is of an older version, or basis.json was removed'
  for (const name of [manifestName, ...manifest.files.map((file) => file.name)]) checks.set(name, 'read', why)
  const frames = manifest.variants.map((variant) => framesOf(variant, manifest))
  const found = checks.differencesOf(factsName)
  let facts = 0
  await eachLine(archive, factsName, longestLine, ({ record, line }) => {
    const fact = valid(factRecord, record, `line ${line} of ${factsName}`, archive.refuse)
    facts++
    const frame = frames[fact.variant]
    if (!frame) return found.add(`line ${line}, variant`, fact.variant, 'a variant of the bundle')
    if (manifest.conditions[fact.condition] === undefined)
      return found.add(`line ${line}, condition`, fact.condition, 'a condition of the bundle')
    const broken = brokenRule(fact.prediction, frame(fact.className))
    if (broken) found.add(`line ${line}, ${broken.column}`, broken.stored, broken.wanted)
  })
  if (facts !== manifest.counts.facts)
    checks.fault(manifestName, manifest.counts.facts, facts, 'counts.facts')
}

function framesOf(
  { model: digest, readout = allOutputs }: Manifest['variants'][number],
  { models }: Manifest,
) {
  const model = models.find((one) => one.digest === digest)
  const names = model?.labels ?? []
  const outputOf = outputLookup({ set: model?.labelSet ?? 'own', names })
  const targetOf = (className: string) => {
    if (readout.op === 'groups') return readout.groups.findIndex(({ name }) => name === className)
    return readout.op === 'subset' && !readout.truth ? -1 : outputOf(className)
  }
  return (className: string) => ({ outputs: names.length, readout, target: targetOf(className) })
}
