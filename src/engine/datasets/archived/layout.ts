import { basename, join } from 'node:path'
import { archiveEndings, archiveStem } from '#shared/archiveFiles.ts'
import { isThere, readTextAt } from '../../archives/index.ts'
import { parseRowPath } from '../../images/index.ts'
import type { FolderReader } from '../folderReader.ts'
import type { Layout } from '../kinds/kind.ts'
import type { FoundFile } from '../scan.ts'
import type { Member, Members } from './find.ts'
import { tableLabels } from './tableLabels.ts'
import { webLabels } from './webLabels.ts'
import { isImage, placesIn, treeOf, type Tree } from './tree.ts'

/** Recognises a folder by a kind of its own, or by one for any folder. */
export interface Recognition {
  special(reader: FolderReader): Promise<Layout | null>
  general(reader: FolderReader): Promise<Layout | null>
}

/**
 * Recognises archives as the folder that they would be unpacked into, with the names of their images in the index. A folder
 * that is alone at the top is entered, as one does after unpacking.
 *
 * @param outer reader of the real folder, or of the archive
 */
export async function layoutOfArchives(
  outer: FolderReader,
  { members, remarks }: Members,
  { special, general }: Recognition,
): Promise<Layout | null> {
  const labels = tableLabels(members) ?? (await webLabels(members, await classNames(outer)))
  const placeOf = placesIn(members, labels)
  const tree = treeOf(members, placeOf)
  const levels = levelsOf(tree, archiveStem(outer.name))
  for (const { below } of levels) {
    const found = await special(readerAt(outer, members, tree, below))
    if (found) return archived(found, below)
  }
  const inside = levels.findLast(({ enter }) => enter)?.below ?? ''
  const found = await general(readerAt(outer, members, tree, inside))
  return found && archived(found, inside)

  function archived(layout: Layout, below: string): Layout {
    const inTree = pathsInTree(members, placeOf)
    const strip = below === '' ? 0 : below.length + 1
    const inside = (name: string) => inTree(name).slice(strip)
    const { list } = layout.expected
    return {
      ...layout,
      ...(list
        ? {
            expected: {
              ...layout.expected,
              list: { ...list, entryOf: (name) => list.entryOf(inside(name)) },
            },
          }
        : {}),
      reason: [labels?.reason ?? [], layout.reason, readFrom(members)].flat().join(' '),
      remarks: [...remarks, ...remarksOf(members), ...(layout.remarks ?? [])],
      placeOf: (name) => layout.placeOf(inside(name)),
      // Frames of videos are files of a folder of their own.
      ...(layout.videos
        ? {}
        : { files: layout.files ? () => rowsIn(layout, tree, below) : () => imagesIn(members) }),
    }
  }
}

/** Names of classes by their numbers, from a list beside the archives; null where there is none. */
async function classNames({ pathOf }: FolderReader): Promise<string[] | null> {
  for (const name of ['classnames.txt', 'classes.txt', 'labels.txt']) {
    const path = pathOf(name)
    if (!(await isThere(path))) continue
    return (await readTextAt(path))
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line !== '')
  }
  return null
}

interface Level {
  below: string
  /** Whether one would enter the folder where no kind of its own is found. */
  enter: boolean
}

/** The top of the tree, and folders that are alone in the folder above. */
function levelsOf(tree: Tree, stem: string): Level[] {
  const levels: Level[] = [{ below: '', enter: true }]
  for (let below = ''; ;) {
    const { folders, images } = tree.at(below)
    const [only] = folders
    if (only === undefined || folders.length > 1 || images.length > 0) return levels
    below = below === '' ? only : `${below}/${only}`
    const inside = tree.at(below)
    levels.push({ below, enter: inside.folders.length > 0 || only === stem })
  }
}

function readerAt(outer: FolderReader, members: readonly Member[], tree: Tree, below: string): FolderReader {
  const inside = (name: string) => (below === '' ? name : name === '' ? below : `${below}/${name}`)
  const own = members.length === 1 && members[0]?.prefix === ''
  return {
    root: own ? join(outer.root, below) : outer.root,
    name: below === '' ? archiveStem(outer.name) : basename(below),
    at: (name = '') => Promise.resolve(tree.at(inside(name))),
    // A list of labels may lie in an archive, or beside the archives.
    pathOf: (name) => join(outer.root, tree.stored(inside(name)) ?? name),
  }
}

const ofArchive = new RegExp(`^.*?\\.(?:${archiveEndings.join('|')})/`, 'i')

/** Returns a function that gives the path in the tree of an image, by its name in the index. */
function pathsInTree(members: readonly Member[], placeOf: ReturnType<typeof placesIn>) {
  const [first] = members
  const byPrefix = new Map(members.map((member) => [member.prefix, member]))
  return (name: string): string => {
    const member = first?.prefix === '' ? first : byPrefix.get(ofArchive.exec(name)?.[0] ?? '')
    return member ? placeOf(member, name.slice(member.prefix.length)) : name
  }
}

/** Yields the images of the archives like files. */
async function* imagesIn(members: readonly Member[]): AsyncGenerator<FoundFile> {
  for (const { prefix, archive } of members)
    for (const entry of archive.entries()) {
      const { name, bytes, problem } = entry
      if (isImage(entry))
        yield {
          name: prefix + name,
          bytes,
          mtime: archive.mtime,
          ...(problem === undefined ? {} : { problem: `${prefix}${name} cannot be read: ${problem}` }),
        }
    }
}

/** Yields the rows of array files in the archives, under the names of the index. */
async function* rowsIn(layout: Layout, tree: Tree, below: string): AsyncGenerator<FoundFile> {
  for await (const row of layout.files?.() ?? []) {
    const file = parseRowPath(row.name)?.file ?? row.name
    const stored = tree.stored(below === '' ? file : `${below}/${file}`) ?? file
    yield { ...row, name: stored + row.name.slice(file.length) }
  }
}

const readFrom = (members: readonly Member[]): string =>
  members.length === 1 ? 'Read in place from an archive.' : `Read in place from ${members.length} archives.`

const remarksOf = (members: readonly Member[]): string[] =>
  members.flatMap(({ archive }) => archive.remarks.map((remark) => `${basename(archive.file)}: ${remark}`))
