import { createHash } from 'node:crypto'
import { existsSync, mkdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { sweepOnce } from '../base/draft.ts'
import { readUserFile } from '../base/userFile.ts'
import { throughDraft } from '../base/wholeFile.ts'
import { decodeList, encodeList, type KeptList, type ListKey } from './listFile.ts'

/** Fewest files of an archive whose list is kept. Others are listed anew about as fast. */
const fewest = 100

let folder: string | null = null

/** Sets the folder in which lists are kept; null: nowhere. It lies in a folder that must exist. */
export function keepListsIn(path: string | null): void {
  folder = path
}

/** Keeps lists in a folder while something works, where none is set. Returns what ends that. */
export function keepListsMeanwhile(path: string): () => void {
  if (folder !== null) return () => undefined
  folder = path
  return () => {
    if (folder === path) folder = null
  }
}

const nameOf = ({ file }: ListKey): string => `${createHash('sha256').update(file).digest('hex')}.list`

/** Reads the list of an archive; null where none is kept, or not of this very archive, or it is damaged. */
export async function keptList(key: ListKey): Promise<KeptList | null> {
  if (folder === null) return null
  const bytes = await readUserFile(join(folder, nameOf(key))).catch(() => null)
  return bytes && decodeList(bytes, key)
}

/** Keeps the list of an archive, in place of the one before. Where it cannot be written, the archive is listed anew next time. */
export async function keepList(key: ListKey, list: KeptList): Promise<void> {
  if (folder === null || list.columns.ends.length < fewest || !existsSync(dirname(folder))) return
  const target = join(folder, nameOf(key))
  try {
    mkdirSync(folder, { recursive: true })
    sweepOnce(folder)
    await throughDraft(target, (draft) => writeFile(draft, encodeList(key, list)))
  } catch {
    // A full disk, or a folder that may not be written: nothing depends on the list.
  }
}
