import { resolve } from 'node:path'
import { listedName } from '../listedName.ts'

/**
 * Returns a function that finds the entry of an image in a list by its name in the index; undefined where it has none. An entry is
 * the path from the folder of the dataset on; or the whole path, or one below folders that all entries begin with; or a name
 * without a folder. Each may lack the ending.
 */
export function entriesOf(
  listed: ReadonlyMap<string, unknown>,
  root: string,
): (stored: string) => string | undefined {
  const before = [listedName(resolve(root)), ...foldersOfAll(listed.keys())]
  return (stored) => {
    const name = listedName(stored)
    const own = name.slice(name.lastIndexOf('/') + 1)
    const found = (path: string) =>
      [path, path.replace(/\.[^./]+$/, '')].find((entry) => entry !== '' && listed.has(entry))
    const below = () =>
      before.map((folder) => found(`${folder}/${name}`)).find((entry) => entry !== undefined)
    return found(name) ?? below() ?? found(own)
  }
}

/** The folders that all names begin with, each with those above it, the deepest first. */
function foldersOfAll(names: Iterable<string>): string[] {
  let shared: string[] | null = null
  for (const name of names) {
    const folders = name.split('/').slice(0, -1)
    const differs: number = (shared ?? folders).findIndex((folder, at) => folder !== folders[at])
    shared = differs < 0 ? (shared ?? folders) : (shared ?? folders).slice(0, differs)
    if (shared.length === 0) return []
  }
  const all = shared ?? []
  return all.map((_, at) => all.slice(0, all.length - at).join('/'))
}
