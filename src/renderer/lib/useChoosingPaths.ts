import type { FileKind } from '#shared/fileKinds.ts'
import { bridge } from './bridge.ts'
import { chooseHere } from './carrying/chooseHere.ts'
import { droppedItems } from './carrying/localFiles.ts'
import { engine } from './engine/index.ts'
import { useChoosingStore, type Asked } from './stores/choosing.ts'
import { useEngineStore } from './stores/engine.ts'
import { useFetchesStore, type Written } from './stores/fetches.ts'
import { useUploadsStore } from './stores/uploads.ts'

/** What was written, where the person wanted it. */
export interface Landed {
  files: readonly Written[]
  show: () => void
}

/** A place for a file that is to be written. */
export interface SavePlace {
  /** Where the engine writes. */
  path: string
  /** Brings what was written to where it was wanted; null where the person thought better of it. */
  landed: (files: readonly Written[]) => Promise<Landed | null>
}

/**
 * Asks a person for files and folders on the machine of the engine: in the system's dialogs where it is this one, else in our
 * own. Paths are those of that machine. Files of this computer that are given to an engine elsewhere are uploaded first.
 */
export function useChoosingPaths() {
  const engineStore = useEngineStore()
  const choosing = useChoosingStore()
  const uploads = useUploadsStore()
  const fetches = useFetchesStore()

  async function far(asked: Extract<Asked, { wants: 'files' | 'folder' }>): Promise<string[]> {
    const chosen = await choosing.ask(asked)
    if (chosen === null) return []
    return 'paths' in chosen ? chosen.paths : uploads.ask(await chooseHere(asked))
  }

  /** Shows a file where it lies. */
  async function showInFolder(path: string): Promise<void> {
    if (engineStore.host === null) await bridge.showInFolder(path)
    else await choosing.ask({ wants: 'look', path })
  }
  const landedThere = (files: readonly Written[]): Landed => ({
    files,
    show: () => void (files[0] && showInFolder(files[0].path)),
  })

  /** Copies files of the engine's machine to this computer; null where the person thought better of it. */
  async function fetchHere(files: readonly Written[]): Promise<Landed | null> {
    const fetched = await fetches.fetch(files.map(({ path }) => path))
    const [first] = fetched ?? []
    return fetched && first ? { files: fetched, show: () => void bridge.showInFolder(first.path) } : null
  }

  async function savePlace(name: string): Promise<SavePlace | null> {
    const there = (path: string): SavePlace => ({ path, landed: async (files) => landedThere(files) })
    if (engineStore.host === null) {
      const path = await bridge.saveFile(name)
      return path === null ? null : there(path)
    }
    const chosen = await choosing.ask({ wants: 'save', name })
    if (chosen === null) return null
    if ('here' in chosen) return { ...(await engine.files.outbox({ name })), landed: fetchHere }
    const [path] = chosen.paths
    return path === undefined ? null : there(path)
  }

  return {
    openFiles: (kind: FileKind): Promise<string[]> =>
      engineStore.host === null ? bridge.openFiles(kind) : far({ wants: 'files', kind }),

    openFolder: async (title: string): Promise<string | null> =>
      engineStore.host === null
        ? bridge.openFolder(title)
        : ((await far({ wants: 'folder', title }))[0] ?? null),

    savePlace,
    landedThere,
    fetchHere,
    showInFolder,

    /** Paths of what was dropped. The drop is read at once, because its files can be taken during the event alone. */
    dropped: async (data: DataTransfer): Promise<string[]> =>
      engineStore.host === null
        ? [...data.files].map((file) => bridge.pathOfDropped(file)).filter(Boolean)
        : uploads.ask(await droppedItems(data)),

    /** Whether files are on another machine than this one. */
    isFar: () => engineStore.host !== null,
  }
}
