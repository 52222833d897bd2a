/** Place of a value in a document: member names and indices from the outside in. */
export type JsonPath = readonly (string | number)[]

export type JsonScalar = string | number | boolean | null

export interface JsonReader {
  /** An object or array begins. */
  opened(path: JsonPath, kind: 'object' | 'array'): void
  value(path: JsonPath, value: JsonScalar): void
}

/** An object or array that is being read; `key` is the member or index its next value has. */
interface Level {
  kind: 'object' | 'array'
  key: string | number
  /** What may come: `first` is a member or value, or the end at once. */
  next: 'first' | 'member' | 'colon' | 'value' | 'comma'
}

const space = /[ \t\r\n]*/y
const plain = /[-+.0-9A-Za-z]*/y

/**
 * Reads JSON (RFC 8259) piece by piece, so that a document may be longer than any string. Throws SyntaxError where it is
 * none; what the reader throws goes through.
 */
export class JsonPieces {
  readonly #reader: JsonReader
  readonly #levels: Level[] = []
  #waiting = ''
  #done = false

  constructor(reader: JsonReader) {
    this.#reader = reader
  }

  feed(text: string): void {
    this.#waiting += text
    this.#read(false)
  }

  end(): void {
    this.#read(true)
    if (!this.#done || this.#waiting !== '') throw new SyntaxError('the document is not whole')
  }

  /** Takes all tokens that are whole; a word or number is known to be by what follows it. */
  #read(last: boolean): void {
    const text = this.#waiting
    let at = 0
    for (;;) {
      space.lastIndex = at
      space.test(text)
      at = space.lastIndex
      const char = text[at]
      if (char === undefined) break
      if (char === '"') {
        const end = closing(text, at)
        if (end < 0) break
        this.#string(parsed(text.slice(at, end + 1)))
        at = end + 1
      } else if ('{}[]:,'.includes(char)) {
        this.#mark(char)
        at++
      } else {
        plain.lastIndex = at
        plain.test(text)
        const end = plain.lastIndex
        if (end === at) throw new SyntaxError(`unexpected ${char}`)
        if (end === text.length && !last) break
        this.#scalar(parsed(text.slice(at, end)))
        at = end
      }
    }
    this.#waiting = text.slice(at)
  }

  #string(text: JsonScalar): void {
    const level = this.#levels.at(-1)
    if (level?.kind !== 'object' || (level.next !== 'first' && level.next !== 'member'))
      return this.#scalar(text)
    level.key = String(text)
    level.next = 'colon'
  }

  #scalar(value: JsonScalar): void {
    this.#expectValue()
    this.#reader.value(this.#path(), value)
    this.#taken()
  }

  #mark(char: string): void {
    const level = this.#levels.at(-1)
    if (char === '{' || char === '[') {
      this.#expectValue()
      const kind = char === '{' ? 'object' : 'array'
      this.#reader.opened(this.#path(), kind)
      this.#levels.push({ kind, key: 0, next: 'first' })
    } else if (char === '}' || char === ']') {
      const fits = level?.kind === (char === '}' ? 'object' : 'array')
      if (!fits || (level.next !== 'first' && level.next !== 'comma'))
        throw new SyntaxError(`unexpected ${char}`)
      this.#levels.pop()
      this.#taken()
    } else if (char === ':') {
      if (level?.next !== 'colon') throw new SyntaxError('unexpected :')
      level.next = 'value'
    } else {
      if (level?.next !== 'comma') throw new SyntaxError('unexpected ,')
      level.next = level.kind === 'object' ? 'member' : 'value'
    }
  }

  #expectValue(): void {
    const level = this.#levels.at(-1)
    const fits = level
      ? level.next === 'value' || (level.kind === 'array' && level.next === 'first')
      : !this.#done
    if (!fits) throw new SyntaxError('unexpected value')
  }

  /** A value has been read: what comes after it. */
  #taken(): void {
    const level = this.#levels.at(-1)
    if (!level) {
      this.#done = true
      return
    }
    level.next = 'comma'
    if (level.kind === 'array') level.key = Number(level.key) + 1
  }

  #path = (): JsonPath => this.#levels.map(({ key }) => key)
}

/** Place of the quote that ends a string that begins at `from`; -1 where it is not there yet. */
function closing(text: string, from: number): number {
  for (let end = text.indexOf('"', from + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0
    while (text[end - 1 - slashes] === '\\') slashes++
    if (slashes % 2 === 0) return end
  }
  return -1
}

/** A token alone, by the rules of JSON. */
function parsed(token: string): JsonScalar {
  const value: unknown = JSON.parse(token)
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value
  throw new SyntaxError(`unexpected ${token}`)
}
