import { join } from 'node:path'
import { canonicalJson } from '#shared/canonical.ts'
import { canonicalTransform } from '#shared/transform.ts'
import { studyEvidence, studyVectors, type VectorBlock } from '../studies/index.ts'
import type { Workspace } from '../workspace/index.ts'
import type { ArchiveEntry } from './archive.ts'
import { factColumns, factLine, measurementColumns, measurementLine } from './facts.ts'
import { writeLines, type LineWriter } from './lines.ts'
import {
  bundledVariant,
  factsName,
  measurementsName,
  type BundledVariant,
  type Manifest,
} from './manifest.ts'
import { archiveLimits } from './reader.ts'

/**
 * Writes a study's facts and measured vectors as CSV into the folder `folder`. Returns the lists that their columns
 * index, the numbers of rows, and the entries for the archive.
 *
 * @throws DISK_FULL where the disk is full
 * @throws UNSUPPORTED where a file would be larger than an archive may hold
 */
export async function writeEvidence(workspace: Workspace, studyId: number, folder: string) {
  const most = archiveLimits.entryBytes
  const facts = await writeLines(join(folder, factsName), factColumns.join(','), most)
  const measurements = await writeLines(join(folder, measurementsName), measurementColumns.join(','), most)
  try {
    return await writeFacts(workspace, studyId, folder, { facts, measurements })
  } finally {
    await facts.close()
    await measurements.close()
  }
}

async function writeFacts(
  workspace: Workspace,
  studyId: number,
  folder: string,
  { facts, measurements }: Record<'facts' | 'measurements', LineWriter>,
) {
  const variants = new Map<string, { place: number; key: BundledVariant }>()
  const conditions = new Map<string, number>()
  const images = new Set<string>()
  const sets: Manifest['sets'] = []
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
  for await (const { variant, condition, rows } of studyEvidence(workspace.db, studyId)) {
    const [place, at] = [placeOf(variant), conditionAt(condition)]
    for (const row of rows) {
      images.add(row.image)
      await facts.line(factLine(place, at, row))
    }
  }
  for await (const { variant, images: among, together, rows } of studyVectors(workspace, studyId)) {
    const [place, at] = [placeOf(variant), conditionAt(canonicalTransform({ op: 'identity' }))]
    if (together) sets.push({ variant: place, images: among })
    for (const { image } of among) images.add(image)
    for (const row of rows) await measurements.line(measurementLine(place, at, row))
  }
  const counts = { facts: await facts.end(), measurements: await measurements.end(), images: images.size }
  const entries: ArchiveEntry[] = [
    { name: factsName, content: { path: join(folder, factsName) } },
    ...(counts.measurements > 0
      ? [{ name: measurementsName, content: { path: join(folder, measurementsName) } }]
      : []),
  ]
  return {
    variants: [...variants.values()].map(({ key }) => key),
    conditions: [...conditions.keys()],
    sets,
    counts,
    entries,
  }
}
