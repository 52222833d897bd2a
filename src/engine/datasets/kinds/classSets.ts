import { classSets, type ClassSet } from '#shared/classSets.ts'
import { imagenet1k } from '../../models/index.ts'
import type { FolderReader } from '../folderReader.ts'
import type { DatasetKind, Layout } from './kind.ts'
import { looksLikeWnid } from './wnids.ts'

/** A folder with class folders: its path below the root ('' for the root), the class folders, and the version of the set. */
interface Holder {
  below: string
  folders: string[]
  part: string | null
}

/** Least number of folders named by class indices that are taken for a set without its name. */
const mostIndices = 900
/** Class folders of which images are looked at. */
const looked = 3
/** Folders of the root that are looked into. */
const mostFolders = 40

const looksLikeIndex = (name: string) => /^\d{1,3}$/.test(name)

/** The sets of `shared/classSets.ts`, each by the names of its folders or images. */
export const classSetFolders = {
  recognises: classSets.map(({ id }) => id),
  parts: classSets.flatMap(({ parts }: ClassSet) => (Array.isArray(parts) ? parts.map(({ id }) => id) : [])),
  async recognise(reader) {
    for (const set of classSets) {
      const holders = await holdersOf(set, reader)
      if (holders.length > 0) return layoutOf(set, holders)
    }
    return null
  },
} as const satisfies DatasetKind

/** The folders of a set that hold class folders: the root, or folders in it; none where it is another set. */
async function holdersOf(set: ClassSet, reader: FolderReader): Promise<Holder[]> {
  const top = (await reader.at()).folders
  const own = classFoldersIn(set, top)
  if (own.length > 0) {
    const known =
      set.named.test(reader.name) || own.length >= indicesNeeded(set) || (await filesFit(set, reader, own))
    const part = set.parts === 'any' ? null : partOf(set, reader.name)
    return known && 2 * own.length >= top.length ? [{ below: '', folders: own, part }] : []
  }
  const found: Holder[] = []
  for (const below of top.slice(0, mostFolders)) {
    const named = set.named.test(below) || (set.named.test(reader.name) && below !== 'train')
    const folders = named || set.files ? classFoldersIn(set, (await reader.at(below)).folders) : []
    const known = folders.length > 0 && (named || (await filesFit(set, reader, folders, `${below}/`)))
    if (known) found.push({ below, folders, part: partOf(set, below) })
  }
  return set.named.test(reader.name) || 2 * found.length >= top.length ? found : []
}

const classFoldersIn = ({ folders }: ClassSet, names: readonly string[]): string[] =>
  names.filter(folders === 'wnid' ? looksLikeWnid : looksLikeIndex)

const indicesNeeded = ({ folders }: ClassSet) => (folders === 'index' ? mostIndices : Infinity)

/** Whether images of the first class folders have the names of the set. */
async function filesFit(
  set: ClassSet,
  reader: FolderReader,
  folders: readonly string[],
  below = '',
): Promise<boolean> {
  if (!set.files) return false
  for (const folder of folders.slice(0, looked))
    for (const name of (await reader.at(`${below}${folder}`)).images) if (!set.files.test(name)) return false
  return folders.length > 0
}

function partOf({ parts }: ClassSet, name: string): string | null {
  if (parts === undefined) return null
  if (parts === 'any') return name
  return parts.find(({ named }) => named.test(name))?.id ?? null
}

function layoutOf(set: ClassSet, holders: readonly Holder[]): Layout {
  const { title, folders, images, perClass, parts } = set
  const { wnids } = imagenet1k()
  const classOf = (folder: string) => (folders === 'index' ? (wnids[Number(folder)] ?? null) : folder)
  const classes = new Set(
    holders.flatMap((holder) => holder.folders.flatMap((folder) => classOf(folder) ?? [])),
  )
  const versions = holders.flatMap(({ part }) => part ?? [])
  const known = new Map(holders.map((holder) => [holder, new Set(holder.folders)]))
  return {
    kind: 'folders',
    recognised: set.id,
    reason: [
      `${classes.size} of the 1000 classes of ${title}${versions.length > 0 ? `: ${versions.join(', ')}` : ''}.`,
      ...(folders === 'index' ? ['Its folders are class indices, 0 to 999.'] : []),
    ].join(' '),
    classes: [...classes].sort(),
    labelsPath: null,
    expected: {
      images,
      parts: Array.isArray(parts) && versions.length > 0 ? parts.map(({ id }) => id) : [],
      classes: images === null ? null : wnids,
      ...(perClass === undefined || versions.length > 1 ? {} : { perClass }),
    },
    videos: false,
    placeOf(name) {
      const holder = holders.find(({ below }) => below === '' || name.startsWith(`${below}/`))
      if (!holder) return { className: null, part: null }
      const { below, part } = holder
      const [folder = '', file] = name.slice(below === '' ? 0 : below.length + 1).split('/')
      const className = known.get(holder)?.has(folder) && file !== undefined ? classOf(folder) : null
      return { className, part }
    },
  }
}
