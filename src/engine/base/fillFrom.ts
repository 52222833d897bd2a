import type { FileHandle } from 'node:fs/promises'

/** Most bytes of one read: the system reads no more than 2 GiB at once. */
const mostAtOnce = 2 ** 30

/** Reads from `offset` on until the target is full or the file ends. Returns how many bytes were read. */
export async function fillFrom(file: FileHandle, target: Uint8Array, offset: number): Promise<number> {
  let done = 0
  while (done < target.length) {
    const length = Math.min(target.length - done, mostAtOnce)
    const { bytesRead } = await file.read(target, done, length, offset + done)
    if (bytesRead === 0) break
    done += bytesRead
  }
  return done
}
