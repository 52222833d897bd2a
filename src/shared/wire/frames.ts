/**
 * Frames of the stream between a window and an engine on another machine. A frame is its kind (1 byte), an id (4 bytes,
 * big-endian), the length of its payload in bytes (4 bytes, big-endian) and the payload.
 */
export const frameKinds = {
  /** To be answered by a pong of the same id. */
  ping: 1,
  pong: 2,
  /** Opens or closes the port `id`. Near to far. */
  connect: 3,
  disconnect: 4,
  /** A part of an RPC message; `id` is the message's. See `rpcPart`. Both ways. */
  rpc: 5,
  /** Asks for the bytes at an address (UTF-8). Near to far. */
  ask: 6,
  /** The answer `id` is not wanted any more. Near to far. */
  drop: 7,
  /** Status and headers (JSON) of the answer `id`, then its parts, then its end or its failure. Far to near. */
  head: 8,
  body: 9,
  end: 10,
  fail: 11,
  /** Allows the sender of the answer `id` that many more bytes (4 bytes). Near to far. */
  credit: 12,
  /** That many bytes of long transfers have arrived (4 bytes). Both ways. */
  arrived: 13,
  /** The engine is about to end; its problem as JSON. Far to near. */
  fatal: 14,
  /** Which workspace the engine has open, as JSON: at first, and when it changes. Far to near. */
  place: 15,
  /** Ends the engine at once, as a batch that never ends needs it. Near to far. */
  quit: 16,
} as const

export type FrameKind = keyof typeof frameKinds

export interface Frame {
  kind: FrameKind
  id: number
  payload: Uint8Array
}

/** Most bytes of a payload. */
export const longestPayload = 2 ** 16
const headLength = 9
const nothing = new Uint8Array(0)
const kinds = new Map<number, FrameKind>(
  Object.entries(frameKinds).map(([kind, number]) => [number, kind as FrameKind]),
)

/** The other side broke the protocol: nothing it sends can be relied upon, and the stream is closed. */
export class WireFault extends Error {
  override name = 'WireFault'
}

/**
 * Writes a frame.
 *
 * @param id from 0 to 2³² − 1
 */
export function encodeFrame(kind: FrameKind, id: number, payload: Uint8Array = nothing): Uint8Array {
  const bytes = new Uint8Array(headLength + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint8(0, frameKinds[kind])
  view.setUint32(1, id)
  view.setUint32(5, payload.length)
  bytes.set(payload, headLength)
  return bytes
}

/** Reads frames from the pieces of a stream, however it was cut. Holds at most one unfinished frame and one piece. */
export class FrameReader {
  #held: Uint8Array[] = []
  #length = 0
  /** Bytes that the next frame has at least. */
  #needed = headLength;

  /**
   * Returns the frames that are whole now.
   *
   * @throws WireFault where a kind is unknown or a payload longer than allowed
   */
  *read(piece: Uint8Array): Generator<Frame, void, undefined> {
    // A copy: the piece may be a view of a larger buffer, or used again.
    this.#held.push(piece.slice())
    this.#length += piece.length
    while (this.#length >= this.#needed) {
      const bytes = joined(this.#held)
      const { kind, id, length } = headOf(bytes)
      const whole = bytes.length >= headLength + length
      const rest = whole ? bytes.subarray(headLength + length) : bytes
      this.#held = [rest]
      this.#length = rest.length
      this.#needed = whole ? headLength : headLength + length
      if (whole) yield { kind, id, payload: bytes.subarray(headLength, headLength + length) }
    }
  }
}

function headOf(bytes: Uint8Array): { kind: FrameKind; id: number; length: number } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, headLength)
  const kind = kinds.get(view.getUint8(0))
  const length = view.getUint32(5)
  if (kind === undefined) throw new WireFault(`a frame of an unknown kind: ${view.getUint8(0)}`)
  if (length > longestPayload) throw new WireFault(`a frame of ${length} bytes`)
  return { kind, id: view.getUint32(1), length }
}

/** Joins pieces of bytes. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const [only] = pieces
  if (only && pieces.length === 1) return only
  const all = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const piece of pieces) {
    all.set(piece, at)
    at += piece.length
  }
  return all
}

/** A whole number from 0 to 2³² − 1 as a payload. */
export function numberPayload(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

/** Reads `numberPayload`. @throws WireFault where it does not have four bytes */
export function numberIn({ kind, payload }: Frame): number {
  if (payload.length !== 4) throw new WireFault(`a ${kind} of ${payload.length} bytes`)
  return new DataView(payload.buffer, payload.byteOffset, 4).getUint32(0)
}
