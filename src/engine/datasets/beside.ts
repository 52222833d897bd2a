import { createHash } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { statOf } from '../base/statOf.ts'
import { readUserText } from '../base/userFile.ts'

/** A text that lies beside the images of a dataset, such as further labels: its path below that folder, and its SHA-256. */
export interface BesideFile {
  name: string
  digest: string
}

/** The folder of a dataset and the one above it; of an archive the folder that it lies in. */
const homesOf = (path: string): string[] =>
  statOf(path)?.isFile() === true ? [dirname(path)] : [path, dirname(path)]

/**
 * Finds texts beside a dataset: those that fit in the first of these folders that has any, in its own folder or in the one above.
 *
 * @param path of the dataset
 * @param folders paths below, '' for the folder itself
 * @throws FILE_UNREADABLE where one is there and cannot be read
 */
export async function findBeside(
  path: string,
  folders: readonly string[],
  fits: (file: string) => boolean,
): Promise<BesideFile[]> {
  for (const home of homesOf(path))
    for (const folder of folders) {
      const listed = await readdir(join(home, folder)).catch(() => [])
      const names = listed.filter(fits).sort()
      if (names.length === 0) continue
      return Promise.all(
        names.map(async (file) => {
          const name = folder === '' ? file : `${folder}/${file}`
          return { name, digest: digestOf(await readUserText(join(home, name))) }
        }),
      )
    }
  return []
}

/** The text of a file beside a dataset; null where it is gone or another than the one that was found. */
export async function textBeside(path: string, { name, digest }: BesideFile): Promise<string | null> {
  for (const home of homesOf(path)) {
    const text = await readUserText(join(home, name)).catch((error: unknown) => {
      if (error instanceof KernelscopeError) return null
      throw error
    })
    if (text !== null && digestOf(text) === digest) return text
  }
  return null
}

/** Sizes and times of files beside a dataset wherever they may lie: another state where one of them was changed. */
export const stateOfBeside = (path: string, files: readonly BesideFile[]): unknown =>
  homesOf(path).map((home) =>
    files.map(({ name }) => {
      const { size, mtimeMs } = statOf(join(home, name)) ?? {}
      return [size ?? null, mtimeMs ?? null]
    }),
  )

const digestOf = (text: string): string => createHash('sha256').update(text).digest('hex')
