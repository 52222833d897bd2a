import { createHash } from 'node:crypto'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { codeFolders, resourcePath } from './resources.ts'
import { version } from './version.ts'

let state: string | undefined

/**
 * Names the code that runs and the tables that it reads, by the names, sizes and times of their files. What another code made may be
 * wrong, also where both have the same version.
 */
export const codeState = (): string =>
  (state ??= stateOf(version, [...codeFolders, resourcePath('labels'), resourcePath('paper')]))

/** Names a version and the files of folders. */
export function stateOf(name: string, folders: readonly string[]): string {
  const hash = createHash('sha256').update(name)
  for (const folder of folders)
    for (const file of readdirSync(folder, { recursive: true, encoding: 'utf8' }).sort()) {
      const { size, mtimeMs } = statSync(join(folder, file))
      hash.update(JSON.stringify([file, size, mtimeMs]))
    }
  return hash.digest('hex')
}
