/** A file of this computer that the person dropped or chose. The page can read no other. */
export interface LocalFile {
  /** Path below what was given, beginning with the name of that. */
  name: string
  file: File
}

/** What was given: a file, or a folder with its files. */
export interface LocalItem {
  name: string
  folder: boolean
  files: LocalFile[]
  bytes: number
}

/** The files of a drop, with those in its folders. Entries must be taken before the event ends; this does so at once. */
export function droppedItems({ items, files }: DataTransfer): Promise<LocalItem[]> {
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  // Drops that tests make have files alone.
  if (entries.length === 0) return Promise.resolve(chosenItems(files))
  return Promise.all(
    entries.map(async (entry) => itemOf(entry.name, entry.isDirectory, await filesIn(entry, entry.name))),
  )
}

/** The files of a dialog; those of a folder have paths below it. */
export function chosenItems(files: Iterable<File>): LocalItem[] {
  const items = new Map<string, LocalFile[]>()
  for (const file of files) {
    const name = file.webkitRelativePath || file.name
    const top = name.slice(0, name.indexOf('/') + 1 || undefined)
    items.set(top, [...(items.get(top) ?? []), { name, file }])
  }
  return [...items].map(([top, all]) => itemOf(top.replace(/\/$/, ''), top.endsWith('/'), all))
}

const itemOf = (name: string, folder: boolean, files: LocalFile[]): LocalItem => ({
  name,
  folder,
  files,
  bytes: files.reduce((sum, { file }) => sum + file.size, 0),
})

async function filesIn(entry: FileSystemEntry, name: string): Promise<LocalFile[]> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    return [{ name, file }]
  }
  if (!isFolder(entry)) return []
  const reader = entry.createReader()
  const found: LocalFile[] = []
  for (;;) {
    // A folder is told in parts; an empty one is the end.
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (part.length === 0) return found
    for (const inner of part) found.push(...(await filesIn(inner, `${name}/${inner.name}`)))
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory
