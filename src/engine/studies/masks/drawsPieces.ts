import { JSONParser, TokenType, type JsonTypes, type ParsedElementInfo } from '@streamparser/json'
import { KernelscopeError } from '#shared/errors.ts'
import { checkDraws, masksOf, type Draws, type SizedMasks } from '#shared/transforms/index.ts'

/** One mask of a draws file. */
export interface DrawnMask {
  /** Index of the masks of one size: 0 for the file's own `entries`, from 1 for its `others`. */
  size: number
  level: string
  owner: string
  bits: string
}

/** Most bytes of one text, number or gap. A mask of that size has four million patches. */
const longest = 2 ** 20
const deepest = 100
/** Most characters and values held besides masks. */
const mostKept = 2 ** 22
/** Most wrong values held in place of masks. The first is reported. */
const mostWrong = 1000

const members = ['format', 'version', 'patch', 'height', 'width', 'entries', 'others']

/**
 * Parses a draws file piece by piece, so that it may be longer than a string can be. Hands masks out as they
 * are read. Of everything else it holds only what is needed to validate the file.
 *
 * @throws DRAWS_MALFORMED from its methods where the file is invalid
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

  /**
   * Returns the masks that end in this piece.
   *
   * @throws DRAWS_MALFORMED where the text so far is no draws file
   */
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

  /**
   * Returns the file without its masks. Call it after the last piece.
   *
   * @throws DRAWS_MALFORMED where something is missing or wrong; the message names it
   */
  head(): Draws {
    // A number ends only where another character follows.
    this.read(Buffer.from(' '))
    if (!this.#parser.isEnded) throw malformed('not JSON')
    const head = checkDraws(this.#document)
    if (this.#wrong > mostWrong) throw malformed('it holds too much that is not a mask')
    return head
  }

  /**
   * Called when the parser has put a complete value into its parent. Removes values that are not to be held.
   */
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
    if (this.#kept > mostKept) throw malformed('it holds too much that is not a mask')
  }

  #stays(path: JsonPath, value: ParsedElementInfo['value']): boolean {
    if (!members.includes(String(path[0]))) return false
    const [member, level, ...inner] = inOwn(path)
    if (level === undefined) return true
    // A list or an object that should be a number, a word or a mask is not held.
    if (member !== 'entries' || inner.length > 1) return false
    if (inner.length === 0 && typeof value === 'object' && value !== null) {
      // A level that still has members is wrong and is counted.
      if (Object.keys(value).length > 0) return true
      if (isLevel(level) && !Array.isArray(value)) return false
    }
    return ++this.#wrong <= mostWrong
  }
}

/** Puts masks back into the head of a file. */
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

/** Path of a value in a document: member names and indices from the outside in. */
type JsonPath = readonly JsonTypes.JsonKey[]

const isOther = ([first, second]: JsonPath) => first === 'others' && typeof second === 'number'

/** A path relative to the masks of one size. */
const inOwn = (path: JsonPath): JsonPath => (isOther(path) ? path.slice(2) : path)

/** Reads the mask at a path; null where the value is no mask. */
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
