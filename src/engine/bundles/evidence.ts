import { join } from 'node:path'
import { canonicalJson } from '#shared/canonical.ts'
import { canonicalTransform } from '#shared/transform.ts'
import type { FailedExample } from '../facts/index.ts'
import {
  studyEvidence,
  studyFailures,
  studyPictures,
  studyVectors,
  type VectorBlock,
} from '../studies/index.ts'
import type { Workspace } from '../workspace/index.ts'
import type { Basis } from './basis.ts'
import {
  factColumns,
  factLine,
  failureColumns,
  failureLine,
  measurementColumns,
  measurementLine,
} from './facts.ts'
import { writeLines, type LineWriter } from './lines.ts'
import {
  bundledVariant,
  factsName,
  failuresName,
  measurementsName,
  type BundledVariant,
  type Manifest,
} from './manifest.ts'
import { archiveLimits } from './reader.ts'

/** What a study rests on, as a bundle names it. */
export interface Evidence extends Pick<Manifest, 'variants' | 'conditions' | 'sets' | 'counts'> {
  pictures: Basis['pictures']
  /** Names of the files that were written. */
  files: string[]
}

interface EvidenceOptions {
  /** The text of a condition, by the key of its part; its own where left out. */
  conditionOf?: (part: string, own: string) => string
  /** Makes the message of a failure fit for others. */
  portable?: (message: string) => string
  /** Is called for every fact and vector that was written; it may throw to stop. */
  wrote?: (() => void) | undefined
}

/**
 * Writes a study's facts, measured vectors and failures as CSV into the folder `folder`. Returns the lists that their
 * columns index, and the numbers of rows.
 *
 * @throws DISK_FULL where the disk is full
 * @throws UNSUPPORTED where a file would be larger than an archive may hold
 */
export async function writeEvidence(
  workspace: Workspace,
  studyId: number,
  folder: string,
  options: EvidenceOptions = {},
): Promise<Evidence> {
  const most = archiveLimits.entryBytes
  const open = (name: string, columns: readonly string[]) =>
    writeLines(join(folder, name), columns.join(','), most)
  const files = {
    facts: await open(factsName, factColumns),
    measurements: await open(measurementsName, measurementColumns),
    failures: await open(failuresName, failureColumns),
  }
  try {
    return await writeFacts(workspace, studyId, files, options)
  } finally {
    for (const file of Object.values(files)) await file.close()
  }
}

async function writeFacts(
  workspace: Workspace,
  studyId: number,
  files: Record<'facts' | 'measurements' | 'failures', LineWriter>,
  {
    conditionOf = (_, own) => own,
    portable = (message) => message,
    wrote = () => undefined,
  }: EvidenceOptions,
): Promise<Evidence> {
  const variants = new Map<string, { place: number; key: BundledVariant }>()
  const conditions = new Map<string, number>()
  const images = new Set<string>()
  const sets: Manifest['sets'] = []
  const pictures: Basis['pictures'] = []
  const placeOf = (variant: VectorBlock['variant']) => {
    const text = canonicalJson(variant)
    const known = variants.get(text) ?? { place: variants.size, key: bundledVariant.parse(variant) }
    variants.set(text, known)
    return known.place
  }
  const conditionAt = (text: string) => {
    const at = conditions.get(text) ?? conditions.size
    conditions.set(text, at)
    return at
  }
  const fail = async (place: number, at: number, rows: readonly FailedExample[]) => {
    for (const { problem, ...row } of rows) {
      const message = portable(problem.message)
      await files.failures.line(failureLine(place, at, { ...row, problem: { ...problem, message } }))
    }
  }
  for await (const { variant, condition, part, rows } of studyEvidence(workspace.db, studyId)) {
    const [place, at] = [placeOf(variant), conditionAt(conditionOf(part, condition))]
    for (const row of rows) {
      images.add(row.image)
      await files.facts.line(factLine(place, at, row))
      wrote()
    }
  }
  for (const { variant, condition, part, rows } of studyFailures(workspace.db, studyId))
    await fail(placeOf(variant), conditionAt(conditionOf(part, condition)), rows)
  for await (const { variant, images: among, together, rows, failed } of studyVectors(workspace, studyId)) {
    const [place, at] = [placeOf(variant), conditionAt(canonicalTransform({ op: 'identity' }))]
    if (together) sets.push({ variant: place, images: among })
    for (const { image } of among) images.add(image)
    for (const row of rows) {
      await files.measurements.line(measurementLine(place, at, row))
      wrote()
    }
    await fail(place, at, failed)
  }
  for await (const { variant, rows } of studyPictures(workspace, studyId))
    for (const { png, ...row } of rows)
      pictures.push({ variant: placeOf(variant), ...row, png: png.toString('base64') })
  const facts = await files.facts.end()
  const measurements = await files.measurements.end()
  const failures = await files.failures.end()
  return {
    variants: [...variants.values()].map(({ key }) => key),
    conditions: [...conditions.keys()],
    sets,
    pictures,
    counts: { facts, measurements, images: images.size },
    files: [
      factsName,
      ...(measurements > 0 ? [measurementsName] : []),
      ...(failures > 0 ? [failuresName] : []),
    ],
  }
}
