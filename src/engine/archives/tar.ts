import { Header, Pax } from 'tar'
import { nextTurn } from '../base/nextTurn.ts'
import type { Collected } from './listing.ts'

const block = 512
const roundUp = (bytes: number): number => Math.ceil(bytes / block) * block

/** Longest name or PAX header that is read, in bytes. */
const longestMeta = 2 ** 20
/** Milliseconds of work before other tasks of the thread may run. */
const slice = 15
/** Most tars within one another. */
const deepest = 2

/** Reads into `target` from an offset on, and gives the number of bytes. */
export type ReadAt = (target: Buffer, offset: number) => number

/** Bytes of a file that are read ahead: many where its files are small, so that several headers come at once. */
class Window {
  readonly #read: ReadAt
  #bytes = Buffer.alloc(0)
  #from = 0

  constructor(read: ReadAt) {
    this.#read = read
  }

  /** At most `length` bytes at an offset; fewer at the end of the file. */
  at(offset: number, length: number, ahead: number): Buffer {
    const start = offset - this.#from
    if (start >= 0 && start + length <= this.#bytes.length) return this.#bytes.subarray(start, start + length)
    const wanted = Math.max(length, ahead)
    // A new buffer, because what was given out before is still used.
    const bytes = Buffer.allocUnsafe(wanted)
    this.#from = offset
    this.#bytes = bytes.subarray(0, this.#read(bytes, offset))
    return this.#bytes.subarray(0, length)
  }
}

/** A stretch of a file that is a tar, the name that its files get before their own, and how deep it lies in tars. */
interface Stretch {
  from: number
  to: number
  below: string
  depth: number
}

/** What headers say of the next file: its long name, the target of its link, PAX values. */
interface Ahead {
  path?: string
  linkpath?: string
  pax?: Pax
  sparse?: boolean
}

/**
 * Lists a tar by its headers alone: from each it seeks to the next. Reads ustar, names of GNU tar and PAX headers. A tar in
 * the tar is listed as a folder of its name. A hard link to a file before it is that file.
 *
 * @param read reads the tar, which has `size` bytes
 * @returns what is wrong with the tar, in sentences
 */
export async function listTar(read: ReadAt, size: number, into: Collected): Promise<string[]> {
  const state = { window: new Window(read), since: performance.now(), into, remarks: [] as string[] }
  await listStretch(state, { from: 0, to: size, below: '', depth: 0 })
  return state.remarks
}

interface State {
  window: Window
  since: number
  into: Collected
  remarks: string[]
}

async function listStretch(state: State, { from, to, below, depth }: Stretch): Promise<void> {
  const where = below === '' ? 'The archive' : below.slice(0, -1)
  let ahead: Ahead = {}
  let global: Pax | undefined
  let last = 0
  for (let at = from; at < to;) {
    if (performance.now() - state.since > slice) {
      await nextTurn()
      state.since = performance.now()
    }
    const bytes = state.window.at(at, block, last < 2 ** 15 ? 2 ** 16 : 3 * block)
    if (bytes.length < block) {
      state.remarks.push(`${where} ends inside a header.`)
      return
    }
    const header = new Header(bytes, 0, ahead.pax, global)
    if (header.nullBlock) return
    if (!header.cksumValid) {
      state.remarks.push(`${where} is damaged at byte ${at}; what follows is not read.`)
      return
    }
    const length = header.size ?? 0
    const start = at + block
    last = length
    at = start + roundUp(length)
    if (isMeta(header.type)) {
      if (length > longestMeta || start + length > to) {
        state.remarks.push(`${where} is damaged at byte ${start}; what follows is not read.`)
        return
      }
      const text = state.window.at(start, length, 3 * block)
      if (header.type === 'GlobalExtendedHeader')
        global = Pax.parse(text.toString(), global ?? undefined, true)
      else ahead = { ...ahead, ...metaOf(header.type, text, ahead) }
      continue
    }
    const name = below + (ahead.path ?? header.path ?? '')
    const cut = start + length - to
    if (ahead.sparse === true || header.type === 'SparseFile')
      state.into.addUnreadable(
        name,
        'it is stored as a sparse file in its tar: pack it again without --sparse',
      )
    else if (cut > 0) {
      state.remarks.push(`${where} ends in the middle of ${name}: ${cut} bytes are missing.`)
      state.into.addUnreadable(name, `its tar ends ${cut} bytes before it does`)
    } else if (isFile(header.type)) {
      if (depth < deepest && /\.tar$/i.test(name))
        await listStretch(state, { from: start, to: start + length, below: `${name}/`, depth: depth + 1 })
      else state.into.add({ name, bytes: length, place: { kind: 'stored', offset: start, bytes: length } })
    } else addOther(state.into, header.type, name, below + (ahead.linkpath ?? header.linkpath ?? ''))
    ahead = {}
  }
}

const isFile = (type: string): boolean => ['File', 'OldFile', 'ContiguousFile'].includes(type)

const isMeta = (type: string): boolean =>
  [
    'GlobalExtendedHeader',
    'ExtendedHeader',
    'OldExtendedHeader',
    'NextFileHasLongLinkpath',
    'NextFileHasLongPath',
    'OldGnuLongPath',
  ].includes(type)

function metaOf(type: string, bytes: Buffer, { pax }: Ahead): Ahead {
  const text = bytes.toString()
  if (type === 'NextFileHasLongLinkpath') return { linkpath: text.replace(/\0.*$/s, '') }
  if (type.endsWith('LongPath')) return { path: text.replace(/\0.*$/s, '') }
  const parsed = Pax.parse(text, pax)
  // The names of GNU's sparse files are in values of their own.
  return { pax: parsed, ...(/(^|\n)\d+ GNU\.sparse\./.test(text) ? { sparse: true } : {}) }
}

/** Adds a hard link to a file that is there; names other links, devices and pipes that may be images. */
function addOther(into: Collected, type: string, name: string, target: string): void {
  if (type === 'Directory' || type === 'GNUDumpDir') return
  const linked = type === 'Link' ? into.find(target) : undefined
  if (linked) into.add({ ...linked, name })
  else if (type === 'Link' || type === 'SymbolicLink') into.leaveOut(name, 'links')
  else into.leaveOut(name, 'devices, pipes and other things that are no files')
}
