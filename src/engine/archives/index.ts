/** Files in archives, read in place: tars, zips, tables. */
export type { Archive, Entry, Packed } from './entry.ts'
export { fileState, locate, type FileState } from './locate.ts'
export { openArchive } from './open.ts'
export { inArchive } from './path.ts'
export { filesOfPackedTar } from './smallTar.ts'
export { readPacked, withBytes, type RandomAccess } from './read.ts'
export { packedSize, unpackTar, type PackedSize } from './unpack.ts'
export { isThere, readFileAt, readTextAt } from './text.ts'
