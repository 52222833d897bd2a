import { parse } from 'csv-parse/sync'
import { existsSync, statSync } from 'node:fs'
import { opendir, readFile } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { looksLikeImage } from './scan.ts'

/** How a dataset says the class of an image. Class names are sorted by code unit, as torchvision's ImageFolder sorts. */
export interface Layout {
  kind: 'folders' | 'csv' | 'unlabelled'
  classes: string[]
  labelsPath: string | null
  /** The class name of a file by its name inside the dataset; null where none is known. */
  classOf(name: string): string | null
}

/** Class subfolders, or a flat folder with a CSV of labels (`labels`, or labels.csv in the folder), or neither. */
export async function detectLayout(root: string, labels?: string): Promise<Layout> {
  if (!existsSync(root)) throw new KernelscopeError('FILE_MISSING', `no such folder: ${root}`)
  if (!statSync(root).isDirectory()) throw new KernelscopeError('FILE_MISSING', `not a folder: ${root}`)
  const csv = labels === undefined ? [join(root, 'labels.csv')].find(existsSync) : resolve(labels)
  if (csv !== undefined) return csvLayout(csv)
  const folders: string[] = []
  let images = 0
  for await (const entry of await opendir(root)) {
    if (entry.name.startsWith('.')) continue
    const isFolder = entry.isDirectory() || (entry.isSymbolicLink() && isDirectory(join(root, entry.name)))
    if (isFolder) folders.push(entry.name)
    else if (looksLikeImage(entry.name)) images++
  }
  if (folders.length === 0 && images === 0)
    throw new KernelscopeError('DATASET_EMPTY', `no images in the folder: ${root}`)
  return folders.length > 0
    ? folderLayout(folders)
    : { kind: 'unlabelled', classes: [], labelsPath: null, classOf: () => null }
}

function folderLayout(folders: string[]): Layout {
  const classes = folders.sort()
  const known = new Set(classes)
  const classOf = (name: string) => {
    const [first] = name.split('/', 1)
    return name.includes('/') && first !== undefined && known.has(first) ? first : null
  }
  return { kind: 'folders', classes, labelsPath: null, classOf }
}

async function csvLayout(path: string): Promise<Layout> {
  const byFile = parseLabels(await readText(path), path)
  const classes = [...new Set(byFile.values())].sort()
  return {
    kind: 'csv',
    classes,
    labelsPath: path,
    classOf: (name) => byFile.get(name) ?? byFile.get(basename(name)) ?? null,
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

/** File → label from CSV text with a header; the columns may be in any order. */
export function parseLabels(text: string, path: string): Map<string, string> {
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
  return new Map(records.map((record) => [record[file] ?? '', record[label] ?? '']))
}

function isDirectory(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}
