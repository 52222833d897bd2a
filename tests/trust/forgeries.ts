import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { z } from 'zod'
import { openBundle, writeArchive } from '#engine/bundles/index.ts'

/** The files of a bundle as texts (latin1 for drawings), and its manifest as JSON that anything may be done to. */
export interface Opened {
  files: Map<string, string>
  manifest: Json
}

type Json = Record<string, unknown>

const json = z.record(z.string(), z.unknown())
const encodingOf = (name: string) => (name.endsWith('.pdf') ? 'latin1' : 'utf8')

export async function unpacked(path: string): Promise<Opened> {
  const { archive, close } = await openBundle(path)
  const files = new Map<string, string>()
  for (const name of archive.entries.keys())
    files.set(name, (await archive.read(name, 1e9)).toString(encodingOf(name)))
  close()
  const manifest = json.parse(JSON.parse(files.get('bundle.json') ?? ''))
  files.delete('bundle.json')
  return { files, manifest }
}

/** Writes a changed copy of a bundle, with a manifest whose list of files fits it. */
export async function repacked(
  genuine: Opened,
  change: (copy: Opened) => void,
  folder: string,
): Promise<string> {
  const copy = { files: new Map(genuine.files), manifest: structuredClone(genuine.manifest) }
  change(copy)
  const entries = [...copy.files].map(([name, text]) => ({
    name,
    content: Buffer.from(text, encodingOf(name)),
  }))
  const files = entries.map(({ name, content }) => ({
    name,
    bytes: content.length,
    sha256: createHash('sha256').update(content).digest('hex'),
  }))
  const text = `${JSON.stringify({ ...copy.manifest, files }, null, 2)}\n`
  const path = join(folder, 'forged.zip')
  await writeArchive(path, [...entries, { name: 'bundle.json', content: Buffer.from(text) }])
  return path
}

/** Changes the text of a file. Fails where that changes nothing, since nothing would be tried then. */
export const inFile =
  (name: string, change: (text: string) => string) =>
  ({ files }: Opened): void => {
    const before = files.get(name)
    if (before === undefined) throw new Error(`no ${name} to forge`)
    const after = change(before)
    if (after === before) throw new Error(`${name} was not changed`)
    files.set(name, after)
  }

/** Changes a JSON file by a path of keys and indices. */
export const inJson = (
  name: string,
  path: readonly (string | number)[],
  change: (value: unknown) => unknown,
) =>
  inFile(name, (text) => {
    const value: unknown = JSON.parse(text)
    return `${JSON.stringify(changed(value, path, change), null, 2)}\n`
  })

/** Changes the manifest by a path of keys and indices. */
export const inManifest =
  (path: readonly (string | number)[], change: (value: unknown) => unknown) =>
  (copy: Opened): void => {
    copy.manifest = json.parse(changed(copy.manifest, path, change))
  }

function changed(
  value: unknown,
  [key, ...rest]: readonly (string | number)[],
  change: (value: unknown) => unknown,
): unknown {
  if (key === undefined) return change(value)
  if (Array.isArray(value)) return value.map((one, at) => (at === key ? changed(one, rest, change) : one))
  const record = json.parse(value)
  return { ...record, [key]: changed(record[key], rest, change) }
}

const columns = [
  ...['variant', 'condition', 'image', 'class', 'predicted', 'correct', 'true_rank', 'confidence'],
  ...['true_probability', 'true_logit', 'top'],
] as const

/** Changes a cell of a line of facts.csv; line 2 has the first fact. */
export const inFact = (line: number, column: string, change: (text: string) => string) =>
  inFile('facts.csv', (text) => {
    const lines = text.split('\r\n')
    const cells = (lines[line - 1] ?? '').split(',')
    const at = columns.findIndex((name) => name === column)
    cells[at] = change(cells[at] ?? '')
    lines[line - 1] = cells.join(',')
    return lines.join('\r\n')
  })

/** Changes the lines of a CSV, without its header. */
export const inLines = (name: string, change: (lines: string[]) => string[]) =>
  inFile(name, (text) => {
    const [header = '', ...lines] = text.split('\r\n').filter(Boolean)
    return [header, ...change(lines), ''].join('\r\n')
  })
