import { stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import type { DiagnosticsFile } from '#shared/contract/index.ts'
import { writeArchive } from '../../../bundles/index.ts'

/**
 * Writes the files as a zip.
 *
 * @throws DISK_FULL where the disk is full
 */
export async function saveDiagnostics(path: string, files: readonly DiagnosticsFile[]) {
  const target = resolve(path)
  await writeArchive(
    target,
    files.map(({ name, text }) => ({ name: `kernelscope-diagnostics/${name}`, content: Buffer.from(text) })),
  )
  const { size } = await stat(target)
  return { path: target, bytes: size, files: files.map(({ name }) => name) }
}
