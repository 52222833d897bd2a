import type { FileHandle } from 'node:fs/promises'
import { fillFrom } from '../../base/fillFrom.ts'

/** Reads `length` bytes at `offset`, or fewer at the end of the file. */
export async function readAt(file: FileHandle, offset: number, length: number): Promise<Buffer> {
  const bytes = Buffer.alloc(length)
  return bytes.subarray(0, await fillFrom(file, bytes, offset))
}
