import { encodeFrame, type FrameKind } from './frames.ts'
import { encodePart } from './rpcParts.ts'

/** Bytes of a part of a long transfer. Other frames wait for one part at most. */
const partLength = 2 ** 15
/** Messages up to this many bytes go before all long transfers. */
const shortLength = 2 ** 14
/**
 * Bytes of long transfers on their way, in all: what a short message may have to wait for on a slow line. At a round trip
 * of 100 ms it allows 10 MB/s.
 */
export const linkWindow = 2 ** 20
/** Bytes of one answer that may be on their way before the reader asked for more. */
export const answerWindow = 2 ** 19
/** Bytes that may wait to be sent. A side that does not read so much is given up. */
const mostWaiting = 2 ** 28

interface Transfer {
  id: number
  /** The port of an RPC message; null of an answer with bytes. */
  port: number | null
  lane: string
  bytes: Uint8Array
  at: number
  /** Bytes that the reader of an answer allows. */
  credit: number
  /** Called when the last byte was given to the stream. */
  sent: (() => void) | undefined
}

/**
 * Decides what is sent next over one stream. Control frames go first, then short messages, then parts of all long
 * transfers in turn, within the window of the link. Messages of one lane keep their order.
 */
export class Outbox {
  readonly #write: (bytes: Uint8Array) => boolean
  readonly #lanes = new Map<string, Transfer[]>()
  #short: Transfer[] = []
  #long: Transfer[] = []
  #onWay = 0
  #waiting = 0
  #nextId = 1
  #full = false

  /** @param write gives bytes to the stream; false where no more should follow before `drained` */
  constructor(write: (bytes: Uint8Array) => boolean) {
    this.#write = write
  }

  /** Bytes that wait to be sent. */
  get waiting(): number {
    return this.#waiting
  }

  /** Whether more waits than a side that reads could leave. */
  get stuck(): boolean {
    return this.#waiting > mostWaiting
  }

  /** Sends a control frame at once. */
  control(kind: FrameKind, id: number, payload?: Uint8Array): void {
    if (!this.#write(encodeFrame(kind, id, payload))) this.#full = true
  }

  /** Sends an RPC message of a port. Messages with the same request id arrive in order; others may overtake it. */
  message(port: number, data: string): void {
    const bytes = new TextEncoder().encode(data)
    const id = this.#nextId
    this.#nextId = (id % 0xffffffff) + 1
    this.#add({
      id,
      port,
      lane: `${port} ${requestOf(data)}`,
      bytes,
      at: 0,
      credit: Infinity,
      sent: undefined,
    })
  }

  /** Sends the bytes of the answer `id`; `sent` is called after the last of them. */
  answer(id: number, bytes: Uint8Array, sent: () => void): void {
    if (bytes.length === 0) return sent()
    this.#add({ id, port: null, lane: `answer ${id}`, bytes, at: 0, credit: answerWindow, sent })
  }

  /** Does not send the rest of an answer. */
  dropAnswer(id: number): void {
    const dropped = this.#lanes.get(`answer ${id}`)?.[0]
    if (dropped) this.#finish(dropped)
  }

  /** The reader of an answer allows that many more bytes. */
  credited(id: number, bytes: number): void {
    const transfer = this.#lanes.get(`answer ${id}`)?.[0]
    if (!transfer) return
    transfer.credit = Math.min(transfer.credit + bytes, answerWindow)
    this.#pump()
  }

  /** That many bytes of long transfers have arrived. */
  arrived(bytes: number): void {
    this.#onWay = Math.max(0, this.#onWay - bytes)
    this.#pump()
  }

  /** The stream takes more. */
  drained(): void {
    this.#full = false
    this.#pump()
  }

  #add(transfer: Transfer): void {
    this.#waiting += transfer.bytes.length
    const lane = this.#lanes.get(transfer.lane)
    if (lane) {
      lane.push(transfer)
      return
    }
    this.#lanes.set(transfer.lane, [transfer])
    this.#ready(transfer)
    this.#pump()
  }

  #ready(transfer: Transfer): void {
    if (isShort(transfer)) this.#short.push(transfer)
    else this.#long.push(transfer)
  }

  #pump(): void {
    while (!this.#full) {
      const short = this.#short.shift()
      if (short) {
        this.#part(short, short.bytes.length)
        continue
      }
      const room = linkWindow - this.#onWay
      const turn = room > 0 ? this.#long.findIndex(({ credit }) => credit > 0) : -1
      const [long] = turn < 0 ? [] : this.#long.splice(turn, 1)
      if (!long) return
      const length = Math.min(partLength, room, long.credit, long.bytes.length - long.at)
      long.credit -= length
      this.#onWay += length
      if (!this.#part(long, length)) this.#long.push(long)
    }
  }

  /** Sends a part; whether it was the last. */
  #part(transfer: Transfer, length: number): boolean {
    const { id, port, at } = transfer
    const bytes = transfer.bytes.subarray(at, at + length)
    transfer.at += length
    this.#waiting -= length
    const last = transfer.at === transfer.bytes.length
    const counted = !isShort(transfer)
    if (port === null) this.control('body', id, bytes)
    else this.control('rpc', id, encodePart({ port, last, counted, bytes }))
    if (last) this.#finish(transfer)
    return last
  }

  #finish(transfer: Transfer): void {
    this.#waiting -= transfer.bytes.length - transfer.at
    this.#long = this.#long.filter((other) => other !== transfer)
    const lane = this.#lanes.get(transfer.lane) ?? []
    lane.shift()
    const [next] = lane
    if (next) this.#ready(next)
    else this.#lanes.delete(transfer.lane)
    if (transfer.at === transfer.bytes.length) transfer.sent?.()
  }
}

/** Bytes of answers always count against the window of the link. */
const isShort = ({ port, bytes }: Transfer) => port !== null && bytes.length <= shortLength

/** The request that an RPC message belongs to, as oRPC writes it first; empty where the text begins otherwise. */
const requestOf = (data: string): string => /^\{"i":("[^"]{0,40}"|\d{1,20})[,}]/.exec(data)?.[1] ?? ''
