import { foldersIn, type FolderReader } from '../folderReader.ts'
import type { ImagePlace } from './kind.ts'

export const severities: readonly string[] = ['1', '2', '3', '4', '5']

/** Class and part of an image with `<corruption>/<severity>/<class>/<file>` anywhere in its path. */
function placeOfCorrupted(path: string, known: ReadonlySet<string>): ImagePlace {
  const steps = path.split('/')
  const at = steps.findIndex((step, index) => known.has(step) && severities.includes(steps[index + 1] ?? ''))
  if (at < 0) return { className: null, part: null }
  const className = steps.length > at + 3 ? (steps[at + 2] ?? null) : null
  return { className, part: `${steps[at]}/${steps[at + 1]}` }
}

/** What a folder of corrupted images holds. */
export interface CorruptedParts {
  /** Parts that are there, as `<corruption>/<severity>`. */
  parts: string[]
  classes: string[]
  placeOf(name: string): ImagePlace
}

/**
 * Reads `<corruption>/<severity>/<class>/` with these names of corruptions, of which any part may be there. The corruptions may also be
 * below the folders of archives, or the folder may be that of one corruption. null where there are none.
 */
export async function corruptedParts(
  reader: FolderReader,
  known: ReadonlySet<string>,
): Promise<CorruptedParts | null> {
  const corrupted = await corruptionFolders(reader, known)
  if (corrupted.length === 0) return null
  const prefix = corrupted[0] === '' ? `${reader.name}/` : ''
  const folders: string[] = []
  for (const folder of corrupted)
    for (const severity of (await reader.at(folder)).folders.filter((name) => severities.includes(name)))
      folders.push(folder === '' ? severity : `${folder}/${severity}`)
  const classes = await foldersIn(reader, folders)
  if (folders.length === 0 || classes.length === 0) return null
  const placeOf = (name: string) => placeOfCorrupted(prefix + name, known)
  const parts = [...new Set(folders.flatMap((folder) => placeOf(`${folder}/x/x`).part ?? []))]
  return { parts, classes, placeOf }
}

/** Folders with the name of a corruption and with severities: in the root, one level lower, or the root itself (''). */
async function corruptionFolders(reader: FolderReader, known: ReadonlySet<string>): Promise<string[]> {
  const holdsSeverities = async (folder: string) =>
    (await reader.at(folder)).folders.some((name) => severities.includes(name))
  if (known.has(reader.name) && (await holdsSeverities(''))) return ['']
  const { folders } = await reader.at()
  if (folders.length > 40) return []
  const found: string[] = []
  for (const folder of folders) {
    const inside = known.has(folder)
      ? []
      : (await reader.at(folder)).folders.filter((name) => known.has(name))
    for (const path of known.has(folder) ? [folder] : inside.map((name) => `${folder}/${name}`))
      if (await holdsSeverities(path)) found.push(path)
  }
  return found
}
