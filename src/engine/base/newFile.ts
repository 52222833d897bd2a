import { open, type FileHandle } from 'node:fs/promises'

/**
 * Makes a file of our own and gives it to `write`, open, whatever was there before. It is closed when this returns or throws.
 *
 * Writers of streams use this instead of a stream from a path: such a stream opens its file later, and one that is stopped
 * meanwhile makes the file after whoever stopped it has removed the folder.
 *
 * @param mode permissions of the file
 * @throws the errors of the system; any error of `write`
 */
export async function withNewFile<T>(
  path: string,
  write: (file: FileHandle) => Promise<T>,
  mode?: number,
): Promise<T> {
  const file = await open(path, 'w', mode)
  try {
    return await write(file)
  } finally {
    await file.close()
  }
}
