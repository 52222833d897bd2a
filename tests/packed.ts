import { createWriteStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { create, Header, type HeaderData } from 'tar'
import { ZipFile } from 'yazl'

/** Packs files or folders of a folder into a tar, a packed tar or a zip, told by the name of the archive. Gives its path. */
export async function pack(archive: string, cwd: string, names: readonly string[]): Promise<string> {
  if (archive.endsWith('.zip')) return zip(archive, cwd, names)
  await create({ file: archive, cwd, gzip: archive.endsWith('gz'), portable: true }, [...names])
  return archive
}

/** Packs a folder itself. */
export const packFolder = (archive: string, folder: string): Promise<string> =>
  pack(archive, dirname(folder), [basename(folder)])

async function zip(archive: string, cwd: string, names: readonly string[]): Promise<string> {
  const made = new ZipFile()
  // Every second file is stored, the others deflated.
  for (const [at, name] of names.entries()) made.addFile(`${cwd}/${name}`, name, { compress: at % 2 === 1 })
  made.end()
  await pipeline(made.outputStream, createWriteStream(archive))
  return archive
}

/** A file of a tar that is written header by header. */
export interface TarEntry extends HeaderData {
  body?: Buffer | string
}

const padded = (bytes: Buffer): Buffer =>
  Buffer.concat([bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)])

/** The bytes of a tar, without the blocks at its end. */
export const tarOf = (...entries: readonly TarEntry[]): Buffer =>
  Buffer.concat(
    entries.flatMap(({ body = '', ...data }) => {
      const bytes = Buffer.from(body)
      const header = new Header({ type: 'File', mode: 0o644, size: bytes.length, ...data })
      header.encode()
      return [header.block ?? Buffer.alloc(512), padded(bytes)]
    }),
  )

export const endOfTar = Buffer.alloc(1024)

export const writeTar = (path: string, ...entries: readonly TarEntry[]): Promise<void> =>
  writeFile(path, Buffer.concat([tarOf(...entries), endOfTar]))
