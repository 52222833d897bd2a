import { joined, WireFault, type Frame } from './frames.ts'

/** Bytes before the text of a part: the port (4 bytes, big-endian) and its flags. */
const headLength = 5
const flags = { last: 1, counted: 2 }

/** Most bytes of one RPC message, and of all unfinished ones together. */
export const longestMessage = 2 ** 27
const mostHeld = 2 ** 28
const mostOpen = 4096

/** A part of an RPC message. `counted` parts belong to long messages, and count against the window of the link. */
export interface RpcPart {
  port: number
  last: boolean
  counted: boolean
  bytes: Uint8Array
}

/** Writes a part as the payload of a frame. */
export function encodePart({ port, last, counted, bytes }: RpcPart): Uint8Array {
  const payload = new Uint8Array(headLength + bytes.length)
  new DataView(payload.buffer).setUint32(0, port)
  payload[4] = (last ? flags.last : 0) + (counted ? flags.counted : 0)
  payload.set(bytes, headLength)
  return payload
}

function decodePart({ payload }: Frame): RpcPart {
  const bits = payload[4]
  if (bits === undefined) throw new WireFault(`a part of ${payload.length} bytes`)
  return {
    port: new DataView(payload.buffer, payload.byteOffset, headLength).getUint32(0),
    last: (bits & flags.last) !== 0,
    counted: (bits & flags.counted) !== 0,
    bytes: payload.subarray(headLength),
  }
}

/** A whole message, and the bytes of the part that completed it. */
export interface Taken {
  /** Bytes that count against the window of the link. */
  counted: number
  message: { port: number; data: string } | null
}

/** Puts RPC messages together from their parts, which come interleaved. */
export class RpcParts {
  readonly #open = new Map<number, { port: number; pieces: Uint8Array[]; bytes: number }>()
  readonly #decoder = new TextDecoder()
  #held = 0

  /**
   * Takes a part.
   *
   * @throws WireFault where a message is longer than allowed, too many are unfinished, or one changes its port
   */
  take(frame: Frame): Taken {
    const { port, last, counted, bytes } = decodePart(frame)
    const started = this.#open.get(frame.id)
    const message = started ?? { port, pieces: [], bytes: 0 }
    if (message.port !== port) throw new WireFault(`message ${frame.id} changes its port`)
    message.pieces.push(bytes.slice())
    message.bytes += bytes.length
    this.#held += bytes.length
    if (message.bytes > longestMessage || this.#held > mostHeld) throw new WireFault('a message without end')
    const arrived = counted ? bytes.length : 0
    if (!last) {
      if (bytes.length === 0) throw new WireFault('an empty part')
      if (!started && this.#open.size >= mostOpen) throw new WireFault('too many unfinished messages')
      this.#open.set(frame.id, message)
      return { counted: arrived, message: null }
    }
    this.#open.delete(frame.id)
    this.#held -= message.bytes
    return { counted: arrived, message: { port, data: this.#decoder.decode(joined(message.pieces)) } }
  }
}
