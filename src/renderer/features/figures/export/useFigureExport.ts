import { baseName, bytes, plural } from '../../../lib/format.ts'
import type { Written } from '../../../lib/stores/fetches.ts'
import { useChoosingPaths, type Landed, type SavePlace } from '../../../lib/useChoosingPaths.ts'
import { useProblems } from '../../../ui/useProblems.ts'

/** Reports which files an export wrote, with a link to their folder. */
export function useFigureExport() {
  const { fetchHere, isFar, landedThere } = useChoosingPaths()
  const { attempt, inform } = useProblems()

  /** @param place where the file was wanted; left out where the engine chose the folder */
  async function save(write: () => Promise<{ files: Written[] }>, place?: SavePlace): Promise<void> {
    const written = await attempt(write)
    if (!written || written.files.length === 0) return
    const landed = await attempt(async () =>
      place ? place.landed(written.files) : landedThere(written.files),
    )
    if (landed) tell(landed, isFar() && !place)
  }

  function tell({ files, show }: Landed, offered: boolean): void {
    const [first] = files
    if (!first) return
    const title =
      files.length === 1 ? `${baseName(first.path)} written` : `${plural(files.length, 'file')} written`
    const size = files.reduce((sum, file) => sum + file.bytes, 0)
    inform(title, `${first.path.slice(0, -baseName(first.path).length)} · ${bytes(size)}`, [
      { label: 'Show in folder', onClick: show },
      ...(offered ? [{ label: 'Save on this computer…', onClick: () => void fetchAll(files) }] : []),
    ])
  }
  async function fetchAll(files: readonly Written[]): Promise<void> {
    const landed = await attempt(() => fetchHere(files))
    if (landed) tell(landed, false)
  }

  return { save }
}
