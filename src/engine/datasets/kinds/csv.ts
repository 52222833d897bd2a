import { parse } from 'csv-parse/sync'
import { basename } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { isThere, readTextAt } from '../../archives/index.ts'
import { listedName } from '../listedName.ts'
import type { Layout, DatasetKind } from './kind.ts'
import { entriesOf } from './listEntries.ts'

/** A folder with a file labels.csv. */
export const csvFolder = {
  recognises: ['csv'],
  recognise: async (reader) => {
    const path = reader.pathOf('labels.csv')
    return (await isThere(path)) ? csvLayout(path, reader.root) : null
  },
} as const satisfies DatasetKind

/**
 * A dataset with labels from a CSV with a header: file, label and an optional part.
 *
 * @param root folder of the images
 * @throws FILE_MISSING where the CSV cannot be read
 * @throws DATASET_LABELS where it is not a CSV or lacks a column
 */
export async function csvLayout(path: string, root: string): Promise<Layout> {
  const { byFile, remarks } = readLabels(await readTextAt(path), path)
  const rows = [...byFile.values()]
  const entryOf = entriesOf(byFile, root)
  const parts = [...new Set(rows.flatMap(({ part }) => (part === null ? [] : [part])))].sort()
  return {
    kind: 'csv',
    recognised: 'csv',
    reason: `Labels from ${basename(path)}.`,
    classes: [...new Set(rows.map(({ className }) => className))].sort(),
    labelsPath: path,
    expected: {
      images: parts.length > 0 ? null : byFile.size,
      parts,
      classes: null,
      list: { files: [...byFile.keys()], entryOf },
    },
    remarks,
    videos: false,
    placeOf(stored) {
      return byFile.get(entryOf(stored) ?? '') ?? { className: null, part: null }
    },
  }
}

const fileColumns = [
  ...['file', 'filename', 'image', 'path', 'name'],
  ...['file_name', 'filepath', 'file_path', 'image_path', 'image_name', 'image_id', 'id'],
]
const labelColumns = ['label', 'class', 'target', 'wnid', 'labels', 'class_name', 'category']

export interface Label {
  className: string
  part: string | null
}

/** What separates the cells: a comma, a semicolon or a tab, of which the header has most. */
function separatorOf(text: string): string {
  const [header = ''] = text.split(/\r?\n/, 1)
  const count = (separator: string) => header.split(separator).length
  return [',', ';', '\t'].reduce((best, one) => (count(one) > count(best) ? one : best))
}

/**
 * Reads the labels of a CSV, with remarks on bad lines. Where two lines name the same file, the last one counts.
 *
 * @throws DATASET_LABELS where the text is not UTF-8 or not a CSV, or lacks a column
 */
export function readLabels(text: string, path: string): { byFile: Map<string, Label>; remarks: string[] } {
  if (/[\0\uFFFD]/.test(text))
    throw new KernelscopeError(
      'DATASET_LABELS',
      `not a readable CSV, because it is not UTF-8 text: ${path}`,
      {
        hint: 'Save it as UTF-8.',
      },
    )
  let records: Record<string, string>[]
  try {
    records = parse(text, {
      columns: (header: string[]) => header.map((h) => h.trim().toLowerCase()),
      bom: true,
      delimiter: separatorOf(text),
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
  const byFile = new Map<string, Label>()
  const twice: string[] = []
  let empty = 0
  for (const record of records) {
    const [name = '', className = ''] = [listedName(record[file] ?? ''), record[label]]
    if (name === '' || className === '') {
      empty++
      continue
    }
    const known = byFile.get(name)
    if (known && known.className !== className) twice.push(name)
    byFile.set(name, { className, part: record['part'] || null })
  }
  const others = labelColumns.filter((name) => name !== label && header.includes(name))
  const columns =
    others.length === 0
      ? []
      : [`Classes are those of the column ${label} of the CSV; not read: ${others.join(', ')}.`]
  return { byFile, remarks: [...columns, ...remarksOn(twice, empty, records.length, byFile.size)] }
}

function remarksOn(twice: readonly string[], empty: number, lines: number, files: number): string[] {
  const again = lines - empty - files - twice.length
  return [
    ...(empty > 0 ? [`${empty} lines of the CSV lack a file or a label and are left out.`] : []),
    ...(again > 0 ? [`${again} lines of the CSV name a file again.`] : []),
    ...(twice.length > 0
      ? [
          `${twice.length} files have two labels in the CSV; the last one counts: ${twice.slice(0, 5).join(', ')}.`,
        ]
      : []),
  ]
}
