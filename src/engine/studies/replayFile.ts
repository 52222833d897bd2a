import Database from 'better-sqlite3'
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import { checkDraws, masksOf, parseDraws, type Draws, type SizedMasks } from '#shared/transforms/index.ts'
import { asWorkspaceError, type Workspace } from '../workspace/index.ts'
import type { DrawsReader } from './draws.ts'
import { JsonPieces, type JsonPath, type JsonReader, type JsonScalar } from './jsonPieces.ts'

/** Where the masks of a draws file lie that is too long to be read whole, by the digest of its text. */
const replayOf = ({ draws }: Workspace, digest: string) => join(draws, `${digest}.replay.sqlite`)

const tables = `
  CREATE TABLE file (head TEXT NOT NULL) STRICT;
  CREATE TABLE mask (
    subject TEXT NOT NULL, level TEXT NOT NULL, size INTEGER NOT NULL, bits TEXT NOT NULL, PRIMARY KEY (subject, level, size)
  ) WITHOUT ROWID, STRICT;`

/** Masks of one size, as they stand in a file. */
interface Entry {
  /** 0 for the file's own, then the places of `others`, from 1. */
  size: number
  level: string
  subject: string
  bits: string
}

/**
 * Reads a draws file piece by piece and keeps its masks in the workspace, whole or not at all; other work of the thread has
 * its turn between. Throws DRAWS_MALFORMED that names the place, FILE_MISSING, DISK_FULL.
 */
export async function keepReplay(workspace: Workspace, path: string): Promise<{ digest: string }> {
  const draft = join(workspace.draws, `.${randomUUID()}.tmp`)
  const db = new Database(draft)
  const hash = createHash('sha256')
  try {
    db.pragma('journal_mode = OFF')
    db.exec(tables)
    const insert = db.prepare('INSERT OR REPLACE INTO mask (subject, level, size, bits) VALUES (?, ?, ?, ?)')
    const members = new Members(({ subject, level, size, bits }) => insert.run(subject, level, size, bits))
    const document = new JsonPieces(members)
    const text = new TextDecoder('utf-8', { ignoreBOM: true })
    const feed = db.transaction((piece: string) => document.feed(piece))
    for await (const bytes of createReadStream(path, { highWaterMark: 2 ** 18 })) {
      const piece = Buffer.from(bytes)
      hash.update(piece)
      feed(text.decode(piece, { stream: true }))
    }
    document.feed(text.decode())
    document.end()
    db.prepare('INSERT INTO file (head) VALUES (?)').run(JSON.stringify(members.head()))
    db.close()
    const digest = hash.digest('hex')
    const target = replayOf(workspace, digest)
    // One that is there may be in use.
    await (existsSync(target) ? rm(draft) : rename(draft, target))
    return { digest }
  } catch (error) {
    db.close()
    await rm(draft, { force: true }).catch(() => undefined)
    throw whyNotKept(error, path, draft)
  }
}

function whyNotKept(error: unknown, path: string, draft: string): unknown {
  if (error instanceof SyntaxError)
    return new KernelscopeError('DRAWS_MALFORMED', 'invalid draws file: not JSON', { cause: error })
  const code = error instanceof Error && 'syscall' in error ? error : null
  return code
    ? new KernelscopeError('FILE_MISSING', `cannot read the draws: ${path}`, { cause: code })
    : asWorkspaceError(error, draft)
}

/** The members of a draws file: masks are handed on, all else is kept as it stands. */
class Members implements JsonReader {
  readonly #take: (entry: Entry) => void
  #document: JsonTree = null
  #refused = 0

  constructor(take: (entry: Entry) => void) {
    this.#take = take
  }

  opened(path: JsonPath, kind: 'object' | 'array'): void {
    this.#put(path, kind === 'array' ? [] : new Map())
  }

  value(path: JsonPath, value: JsonScalar): void {
    const entry = entryOf(path, value)
    if (entry) this.#take(entry)
    else this.#put(path, value)
  }

  /** The file without its masks; throws DRAWS_MALFORMED that names what is missing or wrong. */
  head(): Draws {
    return checkDraws(plain(this.#document))
  }

  #put(path: JsonPath, value: JsonTree): void {
    const [member = 'format'] = path
    if (!members.includes(String(member))) return
    // What stands where masks should is wrong: the first of it is told.
    const [inner, , subject] = inOwn(path)
    if (inner === 'entries' && subject !== undefined && ++this.#refused > mostRefused) return
    const last = path.at(-1)
    let place = this.#document
    for (const key of path.slice(0, -1)) place = childOf(place, key)
    if (last === undefined) this.#document = value
    else if (place instanceof Map) place.set(String(last), value)
    else if (Array.isArray(place)) place[Number(last)] = value
  }
}

const members = ['format', 'version', 'patch', 'height', 'width', 'entries', 'others']
const mostRefused = 1000

type JsonTree = JsonScalar | Map<string, JsonTree> | JsonTree[]

const childOf = (place: JsonTree, key: string | number): JsonTree =>
  place instanceof Map
    ? (place.get(String(key)) ?? null)
    : Array.isArray(place)
      ? (place[Number(key)] ?? null)
      : null

function plain(tree: JsonTree): unknown {
  if (Array.isArray(tree)) return tree.map(plain)
  return tree instanceof Map ? Object.fromEntries([...tree].map(([key, value]) => [key, plain(value)])) : tree
}

const isOther = ([first, second]: JsonPath) => first === 'others' && typeof second === 'number'

/** A place inside the masks of one size. */
const inOwn = (path: JsonPath): JsonPath => (isOther(path) ? path.slice(2) : path)

/** The mask that a value is; null for what is none. */
function entryOf(path: JsonPath, bits: JsonScalar): Entry | null {
  const [member, level, subject, ...more] = inOwn(path)
  if (member !== 'entries' || typeof level !== 'string' || typeof subject !== 'string') return null
  if (more.length > 0 || subject === '' || typeof bits !== 'string' || !hex.test(bits)) return null
  return { size: isOther(path) ? Number(path[1]) + 1 : 0, level, subject, bits }
}

const hex = /^([0-9a-f]{2})*$/

/** Opens the masks that `keepReplay` kept under a digest; null where there are none. */
export function openReplay(workspace: Workspace, digest: string): DrawsReader | null {
  const path = replayOf(workspace, digest)
  if (!existsSync(path)) return null
  const db = new Database(path, { readonly: true })
  const head = parseDraws(String(db.prepare<[], string>('SELECT head FROM file').pluck().get()))
  const select = db.prepare<[string], Entry>('SELECT size, level, subject, bits FROM mask WHERE subject = ?')
  const groups = db.prepare<[], Entry>(
    "SELECT size, level, subject, bits FROM mask WHERE subject >= 'group:' AND subject < 'group;'",
  )
  // Groups are few, and which one an image is in is not told.
  const grouped = groups.all()
  const filled = (found: readonly Entry[]): Draws => {
    const entries = masksOf(head).map((): SizedMasks['entries'] => ({}))
    for (const { size, level, subject, bits } of found) ((entries[size] ??= {})[level] ??= {})[subject] = bits
    const [own = {}, ...rest] = entries
    return {
      ...head,
      entries: own,
      ...(head.others ? { others: head.others.map((one, at) => ({ ...one, entries: rest[at] ?? {} })) } : {}),
    }
  }
  const ofGroups = filled(grouped)
  return {
    of({ digest: subject }) {
      const found = select.all(subject)
      if (found.length === 0) return ofGroups
      return filled(grouped.length === 0 ? found : [...grouped, ...found])
    },
    close: () => void db.close(),
  }
}
