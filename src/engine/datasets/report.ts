import { classTitle } from '#shared/classNames.ts'
import type { DatasetReport } from '#shared/contract/index.ts'
import { frameKinds } from '#shared/datasetKinds.ts'
import type { Db } from '../workspace/index.ts'
import type { Layout } from './layout.ts'
import { LeftOut } from './leftOut.ts'
import { listedName } from './listedName.ts'

/** Most names that are listed one by one. */
const listed = 20

/**
 * Compares the contents of an indexed dataset with those expected of its kind.
 *
 * @param leftOut what of the folder is not in the index
 * @param odd remarks on files of which something is lost when they are read
 */
export function reportOf(
  db: Db,
  datasetId: number,
  { expected, reason, recognised, remarks = [] }: Layout,
  leftOut = new LeftOut(),
  odd: readonly string[] = [],
): DatasetReport {
  const count = (sql: string) => Number(db.prepare(sql).pluck().get(datasetId) ?? 0)
  const names = (sql: string) => db.prepare<[number], string>(sql).pluck().all(datasetId)
  const parts = names(
    'SELECT DISTINCT part FROM image WHERE dataset_id = ? AND part IS NOT NULL ORDER BY part',
  )
  const classes = names('SELECT name FROM class WHERE dataset_id = ? AND images > 0 ORDER BY name')
  const known = expected.classes === null ? null : new Set(expected.classes)
  const found = new Set(classes)
  const report: DatasetReport = {
    reason,
    expected:
      expected.images === null ? null : expected.images * (expected.parts.length > 0 ? parts.length : 1),
    found: count('SELECT count(*) FROM image WHERE dataset_id = ?'),
    unreadable: count('SELECT count(*) FROM image WHERE dataset_id = ? AND problem IS NOT NULL'),
    unlabelled: count('SELECT count(*) FROM image WHERE dataset_id = ? AND class_idx IS NULL'),
    duplicates: count(
      `SELECT coalesce(sum(n - 1), 0) FROM (SELECT count(*) AS n FROM image WHERE dataset_id = ? AND example_id IS NOT NULL
       GROUP BY part, example_id HAVING n > 1)`,
    ),
    contradictions: count(
      `SELECT count(*) FROM (SELECT s.digest FROM image i JOIN example s ON s.id = i.example_id WHERE i.dataset_id = ?
       GROUP BY i.part, s.digest HAVING count(DISTINCT s.class) > 1)`,
    ),
    missingParts: expected.parts.filter((part) => !parts.includes(part)),
    unknownParts: parts.filter((part) => expected.parts.length > 0 && !expected.parts.includes(part)),
    missingClasses: (expected.classes ?? []).filter((name) => !found.has(name)),
    unknownClasses: known === null ? [] : classes.filter((name) => !known.has(name)),
    remarks: [],
  }
  const uneven = frameKinds.includes(recognised) ? [] : unevenParts(db, datasetId)
  return {
    ...report,
    remarks: [
      ...remarks,
      ...leftOut.remarks(listed),
      ...odd,
      ...remarksOn(report, expected),
      ...uneven,
      ...unevenClasses(db, datasetId, expected.perClass),
      ...(expected.classes === null ? emptyClasses(db, datasetId) : []),
      ...(expected.list === undefined ? [] : listedFiles(db, datasetId, expected.list)),
    ],
  }
}

/** A remark on parts that have fewer images than others, though all should have the same images. */
function unevenParts(db: Db, datasetId: number): string[] {
  const rows = db
    .prepare<[number], { part: string; n: number }>(
      'SELECT part, count(*) AS n FROM image WHERE dataset_id = ? AND part IS NOT NULL GROUP BY part',
    )
    .all(datasetId)
  const most = Math.max(0, ...rows.map(({ n }) => n))
  const fewer = rows.filter(({ n }) => n < most)
  if (fewer.length === 0) return []
  const shown = fewer.slice(0, listed).map(({ part, n }) => `${part} (${n})`)
  return [`Parts with fewer than ${most} images: ${shown.join(', ')}${more(fewer.length)}.`]
}

const more = (count: number) => (count > listed ? ` and ${count - listed} more` : '')

/** A remark on classes that have another number of images than those of the published set. */
function unevenClasses(db: Db, datasetId: number, perClass: number | undefined): string[] {
  if (perClass === undefined) return []
  const rows = db
    .prepare<[number, number], { name: string; images: number }>(
      'SELECT name, images FROM class WHERE dataset_id = ? AND images > 0 AND images <> ? ORDER BY name',
    )
    .all(datasetId, perClass)
  if (rows.length === 0) return []
  const shown = rows.slice(0, listed).map(({ name, images }) => `${name} (${images})`)
  return [`Classes without exactly ${perClass} images: ${shown.join(', ')}${more(rows.length)}.`]
}

/** A remark on classes without an image. */
function emptyClasses(db: Db, datasetId: number): string[] {
  const names = db
    .prepare<[number], string>('SELECT name FROM class WHERE dataset_id = ? AND images = 0 ORDER BY idx')
    .pluck()
    .all(datasetId)
  if (names.length === 0) return []
  return [`Classes without an image: ${names.slice(0, listed).join(', ')}${more(names.length)}.`]
}

/**
 * Remarks on files that a list of labels names: those that are missing, those that were found without the folders before them,
 * and names that several images have.
 */
function listedFiles(
  db: Db,
  datasetId: number,
  { files, entryOf }: NonNullable<Layout['expected']['list']>,
): string[] {
  const missing = new Set(files)
  const fits = new Map<string, number>()
  const below: string[] = []
  const select = db
    .prepare<[number], string>('SELECT name FROM image WHERE dataset_id = ?')
    .pluck()
    .iterate(datasetId)
  for (const stored of select) {
    const entry = entryOf(stored)
    if (entry === undefined) continue
    missing.delete(entry)
    fits.set(entry, (fits.get(entry) ?? 0) + 1)
    if (entry.split('/').length > listedName(stored).split('/').length) below.push(entry)
  }
  const several = [...fits].filter(([, images]) => images > 1).map(([name]) => name)
  const shown = (names: readonly string[]) => `${names.slice(0, listed).join(', ')}${more(names.length)}`
  return [
    ...(missing.size > 0 ? [`${missing.size} files of the list are not there: ${shown([...missing])}.`] : []),
    ...(below.length > 0
      ? [`${below.length} images were found in the list behind other folders, as ${below[0]}.`]
      : []),
    ...(several.length > 0
      ? [
          `${several.length} names of the list fit several images, which all get its class: ${shown(several)}.`,
        ]
      : []),
  ]
}

/** Replaces a group of parts ("fog/1" to "fog/5") by its common name, where all of the group are missing. */
function together(missing: readonly string[], expected: readonly string[]): string[] {
  const folderOf = (part: string) => part.split('/', 1)[0] ?? part
  const sizes = Map.groupBy(expected, folderOf)
  return [...Map.groupBy(missing, folderOf)].flatMap(([folder, parts]) =>
    parts.length > 1 && parts.length === sizes.get(folder)?.length ? [folder] : parts,
  )
}

function remarksOn(report: DatasetReport, { parts, list: ofList }: Layout['expected']): string[] {
  const list = (names: string[]) => `${names.slice(0, listed).join(', ')}${more(names.length)}`
  const { expected, found, unreadable, unlabelled, duplicates, contradictions } = report
  const remarks: [boolean, string][] = [
    [
      expected !== null && expected !== found,
      ofList !== undefined
        ? `${found} images; the list names ${expected}.`
        : `${found} images; the published set has ${expected}.`,
    ],
    [unreadable > 0, unreadable === 1 ? '1 image cannot be read.' : `${unreadable} images cannot be read.`],
    [
      unlabelled > 0,
      unlabelled === 1
        ? '1 image has no class and takes no part in studies.'
        : `${unlabelled} images have no class and take no part in studies.`,
    ],
    [
      duplicates > 0,
      duplicates === 1
        ? '1 image is a copy of another one of the same part.'
        : `${duplicates} images are copies of another one of the same part.`,
    ],
    [
      contradictions > 0,
      contradictions === 1
        ? '1 image is there under different classes.'
        : `${contradictions} images are there under different classes.`,
    ],
    [report.missingParts.length > 0, `Missing parts: ${list(together(report.missingParts, parts))}.`],
    [report.unknownParts.length > 0, `Parts that do not belong here: ${list(report.unknownParts)}.`],
    [report.missingClasses.length > 0, `Missing classes: ${list(report.missingClasses.map(classTitle))}.`],
    [
      report.unknownClasses.length > 0,
      `Class folders that do not belong here: ${list(report.unknownClasses.map(classTitle))}.`,
    ],
  ]
  return remarks.flatMap(([holds, text]) => (holds ? [text] : []))
}
