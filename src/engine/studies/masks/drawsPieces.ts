import { JSONParser, TokenType, type JsonTypes, type ParsedElementInfo } from '@streamparser/json'
import { KernelscopeError } from '#shared/errors.ts'
import { checkDraws, masksOf, type Draws, type SizedMasks } from '#shared/transforms/index.ts'

/** Masks of one size, as they stand in a file. */
export interface DrawnMask {
  /** 0 for the file's own, then the places of `others`, from 1. */
  size: number
  level: string
  owner: string
  bits: string
}

/** Bytes that one text, number or gap may have; a mask of that size has four million patches. */
const longest = 2 ** 20
const deepest = 100
/** Characters and values that are no masks. */
const mostKept = 2 ** 22
/** What stands where masks should is wrong: the first of it is told. */
const mostWrong = 1000

const members = ['format', 'version', 'patch', 'height', 'width', 'entries', 'others']

/**
 * Reads a draws file piece by piece, so that it may be longer than any string: its masks are handed out as they come, and
 * of all else only what tells whether the file is sound is kept. Throws DRAWS_MALFORMED.
 */
export class DrawsPieces {
  readonly #parser = new JSONParser({ numberBufferSize: 64 })
  #entries: DrawnMask[] = []
  #document: unknown
  #open = 0
  #sinceToken = 0
  #kept = 0
  #wrong = 0

  constructor() {
    this.#parser.onToken = ({ token }) => {
      this.#sinceToken = 0
      if (token === TokenType.LEFT_BRACE || token === TokenType.LEFT_BRACKET) this.#open++
      else if (token === TokenType.RIGHT_BRACE || token === TokenType.RIGHT_BRACKET) this.#open--
      if (this.#open > deepest) throw malformed('nested too deep')
    }
    this.#parser.onValue = (element) => this.#take(element)
  }

  /** The masks that end in this piece. */
  read(piece: Uint8Array): DrawnMask[] {
    this.#entries = []
    if (this.#sinceToken > longest) throw malformed('a text in it is too long')
    this.#sinceToken += piece.length
    try {
      this.#parser.write(piece)
    } catch (cause) {
      throw cause instanceof KernelscopeError ? cause : malformed('not JSON', cause)
    }
    return this.#entries
  }

  /** The file without its masks, after its last piece; DRAWS_MALFORMED names what is missing or wrong. */
  head(): Draws {
    // A number is known to be whole by what follows it.
    this.read(Buffer.from(' '))
    if (!this.#parser.isEnded) throw malformed('not JSON')
    const head = checkDraws(this.#document)
    if (this.#wrong > mostWrong) throw malformed('too much in it is no mask')
    return head
  }

  /** The parser has put a whole value into its parent; what is not to be kept is taken out again. */
  #take({ value, key, parent, stack }: ParsedElementInfo): void {
    if (!parent) {
      this.#document = value
      return
    }
    const path = [...stack.slice(1).map((level) => level.key), key]
    const entry = entryOf(path, value)
    if (entry) this.#entries.push(entry)
    if (entry || !this.#stays(path, value)) {
      if (Array.isArray(parent)) parent.pop()
      else Reflect.deleteProperty(parent, String(key))
      return
    }
    this.#kept += 1 + String(key).length + (typeof value === 'string' ? value.length : 0)
    if (this.#kept > mostKept) throw malformed('too much in it is no mask')
  }

  #stays(path: JsonPath, value: ParsedElementInfo['value']): boolean {
    if (!members.includes(String(path[0]))) return false
    const [member, level, ...inner] = inOwn(path)
    if (level === undefined) return true
    // Nothing is looked at in what should be a number, a word or a mask.
    if (member !== 'entries' || inner.length > 1) return false
    if (inner.length === 0 && typeof value === 'object' && value !== null) {
      // What is left of a level is wrong, and counted.
      if (Object.keys(value).length > 0) return true
      if (isLevel(level) && !Array.isArray(value)) return false
    }
    return ++this.#wrong <= mostWrong
  }
}

/** A file's head with masks in their places. */
export function withMasks(head: Draws, masks: readonly DrawnMask[]): Draws {
  const entries = masksOf(head).map((): SizedMasks['entries'] => ({}))
  for (const { size, level, owner, bits } of masks) ((entries[size] ??= {})[level] ??= {})[owner] = bits
  const [own = {}, ...rest] = entries
  return {
    ...head,
    entries: own,
    ...(head.others ? { others: head.others.map((one, at) => ({ ...one, entries: rest[at] ?? {} })) } : {}),
  }
}

/** Place of a value in a document: member names and indices from the outside in. */
type JsonPath = readonly JsonTypes.JsonKey[]

const isOther = ([first, second]: JsonPath) => first === 'others' && typeof second === 'number'

/** A place inside the masks of one size. */
const inOwn = (path: JsonPath): JsonPath => (isOther(path) ? path.slice(2) : path)

/** The mask that a value is; null for what is none. */
function entryOf(path: JsonPath, bits: ParsedElementInfo['value']): DrawnMask | null {
  const [member, level, owner, ...more] = inOwn(path)
  if (member !== 'entries' || !isLevel(level) || typeof owner !== 'string') return null
  if (more.length > 0 || owner === '' || typeof bits !== 'string' || !hex.test(bits)) return null
  return { size: isOther(path) ? Number(path[1]) + 1 : 0, level, owner, bits }
}

const hex = /^([0-9a-f]{2})*$/

const isLevel = (key: JsonTypes.JsonKey): key is string => typeof key === 'string' && /^\d+\/\d+$/.test(key)

const malformed = (why: string, cause?: unknown) =>
  new KernelscopeError('DRAWS_MALFORMED', `invalid draws file: ${why}`, { cause })
