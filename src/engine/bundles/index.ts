export { writeArchive, type ArchiveEntry } from './archive.ts'
export { makeBundle } from './make.ts'
export { openBundle, type Bundle } from './open.ts'
export { verifyBundle, type VerifyOptions, type VerifyRoom } from './verify.ts'
