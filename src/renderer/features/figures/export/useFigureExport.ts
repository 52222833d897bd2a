import { bridge } from '../../../lib/bridge.ts'
import { baseName, bytes, plural } from '../../../lib/format.ts'
import { useProblems } from '../../../ui/useProblems.ts'

interface Written {
  files: { path: string; bytes: number }[]
}

/** Reports which files an export wrote, with a link to their folder. */
export function useFigureExport() {
  const { attempt, inform } = useProblems()

  async function save(write: () => Promise<Written>): Promise<void> {
    const written = await attempt(write)
    const [first] = written?.files ?? []
    if (!written || !first) return
    const title =
      written.files.length === 1
        ? `${baseName(first.path)} written`
        : `${plural(written.files.length, 'file')} written`
    const size = written.files.reduce((sum, file) => sum + file.bytes, 0)
    inform(title, `${first.path.slice(0, -baseName(first.path).length)} · ${bytes(size)}`, [
      { label: 'Show in folder', onClick: () => void bridge.showInFolder(first.path) },
    ])
  }

  return { save }
}
