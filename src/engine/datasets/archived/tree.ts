import { basename } from 'node:path'
import { looksLikeImage } from '#shared/imageFiles.ts'
import type { Entry } from '../../archives/index.ts'
import { looksLikeVideo, nothing, type Listing } from '../folderReader.ts'
import type { Member } from './find.ts'
import type { Labels } from './labels.ts'

/** Images of a folder that are listed: recognition looks at a few names only. */
const fewImages = 10
const fewFiles = 2000

/** Folders of a dataset's archives as if they were unpacked into one folder. */
export interface Tree {
  at(folder: string): Listing
  /** Name in the index of a file that is no image, by its path in the tree. */
  stored(path: string): string | undefined
}

/** Where a file of an archive would lie: its path in the tree. */
export type PlaceInTree = (member: Member, name: string) => string

/** A tar in a tar is a folder. */
const asFolders = (name: string): string => name.replaceAll(/\.tar\//gi, '/')

/**
 * Where the files of archives would lie. Several archives of images alone, such as the classes of ILSVRC's training images, are
 * a folder each, by their names; else the archives are taken as parts of one folder.
 *
 * @param labels classes of the images, where the archives say them otherwise than by folders
 */
export function placesIn(members: readonly Member[], labels: Labels | null): PlaceInTree {
  if (labels)
    return ({ prefix }, name) => {
      const className = labels.classOf(prefix + name)
      return className === undefined ? basename(name) : `${className}/${basename(name)}`
    }

  const each = members.length > 1 && members.every(isFlat) && !members.every(isShard)
  return ({ prefix }, name) =>
    each ? `${basename(prefix.slice(0, -1)).replace(/\.\w+$/, '')}/${asFolders(name)}` : asFolders(name)
}

/** Whether the name of an archive ends with its number in a series. */
const isShard = ({ prefix }: Member): boolean =>
  /\d{2,}(-of-\d+)?\.\w+\/$/.test(prefix) && !/n\d{8}\.\w+\/$/.test(prefix)

function isFlat({ archive }: Member): boolean {
  for (const { name } of archive.entries()) if (name.includes('/')) return false
  return true
}

/** Whether a file of an archive is an image by its name, or is a row of a table of images. */
export const isImage = ({ name, place }: Entry): boolean => place?.kind === 'row' || looksLikeImage(name)

/** Builds the tree. It holds the names of folders, and a few of the files of each. */
export function treeOf(members: readonly Member[], placeOf: PlaceInTree): Tree {
  const folders = new Map<string, { names: Set<string>; listing: Listing }>()
  const files = new Map<string, string>()
  const folderAt = (path: string) => {
    const known = folders.get(path)
    if (known) return known
    const made = { names: new Set<string>(), listing: nothing() }
    folders.set(path, made)
    if (path !== '') folderAt(above(path)).names.add(basename(path))
    return made
  }
  folderAt('')
  for (const member of members)
    for (const entry of member.archive.entries()) {
      const path = placeOf(member, entry.name)
      const { listing } = folderAt(above(path))
      const name = basename(path)
      if (looksLikeVideo(name)) listing.videos++
      else if (isImage(entry)) {
        if (listing.images.length < fewImages) listing.images.push(name)
      } else if (listing.files.length < fewFiles) {
        listing.files.push(name)
        files.set(path, member.prefix + entry.name)
      }
    }
  for (const { names, listing } of folders.values()) listing.folders = [...names].sort()
  return { at: (folder) => folders.get(folder)?.listing ?? nothing(), stored: (path) => files.get(path) }
}

const above = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')))
