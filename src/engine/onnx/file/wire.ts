import type { FileWindow } from './fileWindow.ts'

/** One field of a protobuf message in a file. Offsets are absolute. */
export interface Field {
  number: number
  /** Wire type: 0 varint, 1 eight bytes, 2 length-delimited, 5 four bytes. */
  wire: number
  /** Offset of the tag. */
  start: number
  /** Offset of the content, after tag and length. */
  content: number
  end: number
}

/** The file violates the protobuf wire format at `offset`. */
export class WireError extends Error {
  readonly kind: 'truncated' | 'malformed'
  readonly offset: number

  constructor(kind: 'truncated' | 'malformed', offset: number, message: string) {
    super(message)
    this.name = 'WireError'
    this.kind = kind
    this.offset = offset
  }
}

/**
 * Yields the fields of the message in [start, end), without reading their contents. `message` is its name in errors.
 *
 * @throws WireError where the wire format is violated
 */
export async function* fieldsOf(
  window: FileWindow,
  start: number,
  end: number,
  message: string,
): AsyncGenerator<Field> {
  let at = start
  while (at < end) {
    const field = await fieldAt(window, at, end, message)
    yield field
    at = field.end
  }
}

async function fieldAt(window: FileWindow, start: number, end: number, message: string): Promise<Field> {
  const tag = await varintAt(window, start, end, message)
  const number = Math.floor(tag.value / 8)
  const wire = tag.value % 8
  if (number === 0) throw new WireError('malformed', start, `field number 0 in ${message}`)
  let content = tag.end
  let length: number
  if (wire === 0) length = (await varintAt(window, content, end, message)).end - content
  else if (wire === 1) length = 8
  else if (wire === 5) length = 4
  else if (wire === 2) {
    const prefix = await varintAt(window, content, end, message)
    content = prefix.end
    length = prefix.value
  } else throw new WireError('malformed', start, `wire type ${wire} in ${message}`)
  if (content + length > end) {
    const missing = content + length - end
    if (end === window.size)
      throw new WireError('truncated', end, `field ${number} of ${message} needs ${missing} more bytes`)
    throw new WireError(
      'malformed',
      start,
      `field ${number} of ${message} is ${missing} bytes longer than ${message}`,
    )
  }
  return { number, wire, start, content, end: content + length }
}

async function varintAt(
  window: FileWindow,
  offset: number,
  end: number,
  message: string,
): Promise<{ value: number; end: number }> {
  const bytes = await window.peek(offset, Math.min(10, end - offset))
  let value = 0
  let scale = 1
  for (const [index, byte] of bytes.entries()) {
    value += (byte & 0x7f) * scale
    scale *= 128
    if (byte < 0x80) return { value, end: offset + index + 1 }
  }
  if (bytes.length === 10) throw new WireError('malformed', offset, `a number in ${message} never ends`)
  if (offset + bytes.length >= window.size)
    throw new WireError('truncated', offset + bytes.length, `${message} ends inside a number`)
  throw new WireError('malformed', offset, `${message} ends inside a number`)
}
