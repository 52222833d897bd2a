import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { KernelscopeError } from '#shared/errors.ts'
import { withNewFile } from '../base/newFile.ts'
import { openDatabase, type Db } from '../workspace/index.ts'
import { readPart, type Container } from './container.ts'
import { databasePart, drawsPart, refusePack, type PackHead } from './packSchema.ts'

/** A pack that is unpacked into a folder. */
export interface UnpackedPack {
  path: string
  digest: string
  head: PackHead
  /** Its database, which is as a workspace makes it. */
  db: Db
  /** Path of the database, and the folder of its masks. */
  file: string
  draws: string
}

type OpenPack = Container<PackHead> & { path: string }

/**
 * Unpacks a pack into an empty folder, and opens its database. Every byte is compared with its digest.
 *
 * @throws PACK_MALFORMED where it is not as it was written, or its database is none of a workspace
 */
export async function unpackPack(pack: OpenPack, folder: string): Promise<UnpackedPack> {
  const { path, digest, head } = pack
  const refuse = refusePack(path)
  const file = join(folder, 'workspace.sqlite')
  const draws = join(folder, 'draws')
  mkdirSync(draws, { recursive: true })
  for (const part of head.parts) {
    const mask = drawsPart.exec(part.name)?.[1]
    if (part.name === databasePart) await unpackDatabase(pack, part, file)
    else if (mask !== undefined) writeFileSync(join(draws, mask), await readPart(pack, part))
    else throw refuse(`${part.name} is no part of a pack`)
  }
  try {
    return { path, digest, head, file, draws, db: openDatabase(file, false) }
  } catch (error) {
    throw refuse(error instanceof KernelscopeError ? error.message : 'its database cannot be opened')
  }
}

async function unpackDatabase(pack: OpenPack, part: PackHead['parts'][number], file: string): Promise<void> {
  const refuse = refusePack(pack.path)
  const wanted = pack.head.databaseBytes
  let bytes = 0
  const counted = async function* (pieces: AsyncIterable<Buffer>) {
    for await (const piece of pieces) {
      bytes += piece.length
      if (bytes > wanted) throw refuse(`its database is longer than the ${wanted} bytes of its head`)
      yield piece
    }
  }
  try {
    await withNewFile(file, (out) =>
      pipeline(pack.part(part), createGunzip(), counted, out.createWriteStream()),
    )
  } catch (error) {
    if (error instanceof KernelscopeError) throw error
    const { code = '' } = error as NodeJS.ErrnoException
    throw code.startsWith('Z_') ? refuse('its database cannot be unpacked') : error
  }
  if (bytes !== wanted) throw refuse(`its database has ${bytes} of ${wanted} bytes`)
}
