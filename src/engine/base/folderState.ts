import { createHash } from 'node:crypto'
import { readdir, stat } from 'node:fs/promises'
import { join, relative } from 'node:path'

/** Files looked up at a time. */
const together = 64

/**
 * Names the content of a folder and its subfolders by the names, sizes and modification times of its files. A missing folder
 * counts as empty. It yields to other work in between.
 *
 * @param salt what the name depends on besides
 * @param counts whether a file counts, by its name; left out: all do
 * @throws the signal's reason where it aborts
 */
export async function folderState(
  folder: string,
  salt: string,
  {
    signal,
    counts = () => true,
  }: { signal?: AbortSignal | undefined; counts?: (name: string) => boolean } = {},
): Promise<string> {
  const hash = createHash('sha256').update(`${salt}\n`)
  for await (const paths of filesBelow(folder, counts)) {
    for (let at = 0; at < paths.length; at += together) {
      signal?.throwIfAborted()
      const lines = await Promise.all(paths.slice(at, at + together).map((path) => lineOf(folder, path)))
      hash.update(lines.join(''))
    }
  }
  return hash.digest('hex')
}

async function lineOf(folder: string, path: string): Promise<string> {
  const { size, mtimeMs } = await stat(path)
  return `${relative(folder, path)}\0${size}\0${Math.round(mtimeMs)}\n`
}

/** Yields the files in a folder and its subfolders in order of their names; none where there is no folder. */
async function* filesBelow(folder: string, counts: (name: string) => boolean): AsyncGenerator<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => [])
  let files: string[] = []
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = join(folder, entry.name)
    if (entry.isFile() && counts(entry.name)) files.push(path)
    if (!entry.isDirectory()) continue
    yield files
    files = []
    yield* filesBelow(path, counts)
  }
  yield files
}
