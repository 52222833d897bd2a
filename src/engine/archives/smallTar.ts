import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { KernelscopeError } from '#shared/errors.ts'
import { readUserFile } from '../base/userFile.ts'
import { Collected } from './listing.ts'
import { listTar } from './tar.ts'

const unpack = promisify(gunzip)

/** Most bytes of a packed tar, unpacked, that is read in memory. */
const mostBytes = 2 ** 26

/**
 * Reads files of a small packed tar (.tar.gz), by their names.
 *
 * @param wanted tells which files, by their paths inside
 * @returns contents by path
 * @throws FILE_MISSING where there is no such file
 * @throws FILE_UNREADABLE where it cannot be read, is not packed by gzip, or unpacks to more than 64 MiB
 */
export async function filesOfPackedTar(
  path: string,
  wanted: (name: string) => boolean,
): Promise<Map<string, Buffer>> {
  const packed = await readUserFile(path, mostBytes)
  let bytes: Buffer
  try {
    bytes = await unpack(packed, { maxOutputLength: mostBytes })
  } catch (cause) {
    throw new KernelscopeError('FILE_UNREADABLE', `${path} cannot be unpacked, or has more than 64 MiB`, {
      cause,
    })
  }
  const into = new Collected()
  await listTar((target, offset) => bytes.copy(target, 0, offset, offset + target.length), bytes.length, into)
  return new Map(
    into.files.flatMap(({ name, place }) =>
      place?.kind === 'stored' && wanted(name)
        ? [[name, bytes.subarray(place.offset, place.offset + place.bytes)]]
        : [],
    ),
  )
}
