import { createHash } from 'node:crypto'
import { z } from 'zod'
import { canonicalJson } from '#shared/canonical.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { openUserFile } from '../base/userFile.ts'
import { writeWhole, type WrittenFile } from '../base/wholeFile.ts'

/** What a file of this form is: a plan of units, or a pack of facts. */
export type ContainerKind = 'plan' | 'pack'

/** One part of a container behind its head. `digest` is the sha256 of its bytes, hex. */
export const partSchema = z.object({
  name: z.string().max(200),
  bytes: z.int().nonnegative(),
  digest: z.string().regex(/^[0-9a-f]{64}$/),
})
export type Part = z.infer<typeof partSchema>

const format = 1
const firstLine = /^kernelscope-(plan|pack) (\d{1,9}) (\d{1,12}) ([0-9a-f]{64})$/
/** Bytes within which the first line ends. */
const mostFirst = 128
/** Bytes of the largest head: inspections and labels of many models. */
const mostHead = 2 ** 28

/** A container that is open for reading. */
export interface Container<Head> {
  /** sha256 of the head (hex), which names the file: the head has the digests of all parts. */
  digest: string
  head: Head
  /** The bytes of a part, piece by piece. The last piece comes only where all of them have its digest. */
  part(part: Part): AsyncGenerator<Buffer, void, undefined>
  close(): Promise<void>
}

/** Describes the bytes of a part. */
export const partOf = (name: string, bytes: Uint8Array): Part => ({
  name,
  bytes: bytes.length,
  digest: createHash('sha256').update(bytes).digest('hex'),
})

/**
 * Writes a container whole or not at all: a line with kind, format, length and digest of the head; the head, which is canonical
 * JSON; the parts one behind the other.
 *
 * @param head names its parts in the order of `contents`
 * @throws DISK_FULL, FILE_UNREADABLE where it cannot be written; the signal's reason
 */
export async function writeContainer(
  path: string,
  kind: ContainerKind,
  head: { parts: readonly Part[] },
  contents: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  signal?: AbortSignal,
): Promise<WrittenFile & { digest: string }> {
  const text = Buffer.from(`${canonicalJson(head)}\n`)
  const digest = createHash('sha256').update(text).digest('hex')
  const pieces = async function* () {
    yield Buffer.from(`kernelscope-${kind} ${format} ${text.length} ${digest}\n`)
    yield text
    yield* contents
  }
  return { ...(await writeWhole(path, pieces(), signal)), digest }
}

/**
 * Opens a container and checks its head and its length.
 *
 * @param refuse makes the error of a file that is not what it should be
 * @throws FILE_MISSING, FILE_UNREADABLE where the file cannot be read
 * @throws UNSUPPORTED where a newer Kernelscope wrote it
 * @throws what `refuse` makes, where it is no such file, cut off, or changed
 */
export async function openContainer<Head extends { parts: readonly Part[] }>(
  path: string,
  kind: ContainerKind,
  schema: z.ZodType<Head>,
  refuse: (why: string) => KernelscopeError,
): Promise<Container<Head>> {
  const file = await openUserFile(path)
  try {
    const { size } = await file.stat()
    const read = async (from: number, length: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, from)
      return buffer.subarray(0, bytesRead)
    }
    const start = (await read(0, mostFirst)).toString('latin1')
    const found = firstLine.exec(start.slice(0, Math.max(0, start.indexOf('\n'))))
    if (found?.[1] !== kind) throw refuse(`it is no ${kind} of Kernelscope`)
    const [line, , version = '', length = '', digest = ''] = found
    if (Number(version) > format)
      throw new KernelscopeError('UNSUPPORTED', `${path} was written by a newer Kernelscope`, {
        hint: 'Update Kernelscope to read it.',
      })
    const headBytes = Number(length)
    const from = line.length + 1
    if (headBytes > mostHead || from + headBytes > size) throw refuse('it is cut off in its head')
    const text = await read(from, headBytes)
    if (createHash('sha256').update(text).digest('hex') !== digest)
      throw refuse('its head is not what was written')
    const head = parsed(schema, text, refuse)
    const places = placesOf(head.parts, from + headBytes)
    if (places.end !== size) throw refuse(`it has ${size} bytes where its head says ${places.end}`)
    return {
      digest,
      head,
      part: (part) => piecesOf(file, part, places.of(part), refuse),
      close: () => file.close(),
    }
  } catch (error) {
    await file.close()
    throw error
  }
}

/** Reads a part that is held in memory whole. @throws as `Container.part` */
export async function readPart(container: Pick<Container<unknown>, 'part'>, part: Part): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of container.part(part)) pieces.push(piece)
  return Buffer.concat(pieces)
}

function parsed<Head>(
  schema: z.ZodType<Head>,
  text: Buffer,
  refuse: (why: string) => KernelscopeError,
): Head {
  try {
    const found = schema.safeParse(JSON.parse(text.toString('utf8')))
    if (found.success) return found.data
    const [issue] = found.error.issues
    throw refuse(`${issue?.path.join('.') || 'its head'}: ${issue?.message ?? 'not valid'}`)
  } catch (error) {
    throw error instanceof KernelscopeError ? error : refuse('its head is no JSON')
  }
}

function placesOf(parts: readonly Part[], start: number) {
  let end = start
  const from = new Map<Part, number>()
  for (const part of parts) {
    from.set(part, end)
    end += part.bytes
  }
  return { end, of: (part: Part) => from.get(part) ?? end }
}

const pieceLength = 2 ** 20

async function* piecesOf(
  file: Awaited<ReturnType<typeof openUserFile>>,
  { name, bytes, digest }: Part,
  from: number,
  refuse: (why: string) => KernelscopeError,
): AsyncGenerator<Buffer, void, undefined> {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes;) {
    const length = Math.min(pieceLength, bytes - at)
    const { buffer, bytesRead } = await file.read(Buffer.allocUnsafe(length), 0, length, from + at)
    const piece = buffer.subarray(0, bytesRead)
    hash.update(piece)
    at += bytesRead
    if (bytesRead < length || (at === bytes && hash.digest('hex') !== digest))
      throw refuse(`${name} is not what was written`)
    yield piece
  }
}
