import { parse } from 'csv-parse/sync'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import type { Layout, Recogniser } from './kind.ts'

/** A folder with a labels.csv of its own. */
export const csvFolder: Recogniser = async ({ root }) => {
  const path = join(root, 'labels.csv')
  return existsSync(path) ? csvLayout(path) : null
}

/** Labels from a CSV with a header: file, label and, where there is one, part. */
export async function csvLayout(path: string): Promise<Layout> {
  const byFile = parseLabels(await readText(path), path)
  const rows = [...byFile.values()]
  const parts = [...new Set(rows.flatMap(({ part }) => (part === null ? [] : [part])))].sort()
  return {
    kind: 'csv',
    recognised: 'csv',
    reason: `Labels from ${basename(path)}.`,
    classes: [...new Set(rows.map(({ className }) => className))].sort(),
    labelsPath: path,
    expected: { images: parts.length > 0 ? null : byFile.size, parts, classes: null },
    videos: false,
    placeOf: (name) => byFile.get(name) ?? byFile.get(basename(name)) ?? { className: null, part: null },
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (cause) {
    throw new KernelscopeError('FILE_MISSING', `cannot read the labels: ${path}`, { cause })
  }
}

const fileColumns = ['file', 'filename', 'image', 'path', 'name']
const labelColumns = ['label', 'class', 'target', 'wnid']

export interface Label {
  className: string
  part: string | null
}

/** File → label from CSV text with a header; the columns may be in any order. */
export function parseLabels(text: string, path: string): Map<string, Label> {
  let records: Record<string, string>[]
  try {
    records = parse(text, {
      columns: (header: string[]) => header.map((h) => h.trim().toLowerCase()),
      bom: true,
      skip_empty_lines: true,
      trim: true,
    })
  } catch (cause) {
    throw new KernelscopeError('DATASET_LABELS', `not a readable CSV: ${path}`, {
      cause,
      details: String(cause),
    })
  }
  const header = Object.keys(records[0] ?? {})
  const file = fileColumns.find((name) => header.includes(name))
  const label = labelColumns.find((name) => header.includes(name))
  if (!file || !label)
    throw new KernelscopeError(
      'DATASET_LABELS',
      `the CSV has the columns ${header.join(', ') || 'none'}: ${path}`,
    )
  return new Map(
    records.map((record) => [
      record[file] ?? '',
      { className: record[label] ?? '', part: record['part'] || null },
    ]),
  )
}
