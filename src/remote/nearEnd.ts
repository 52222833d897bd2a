import { z } from 'zod'
import { errorShape } from '#shared/contract/common.ts'
import type { ErrorShape } from '#shared/errors.ts'
import {
  farPlace,
  FrameReader,
  numberIn,
  numberPayload,
  Outbox,
  RpcParts,
  WireFault,
  type Frame,
} from '#shared/wire/index.ts'
import { AnswerBody } from './answerBody.ts'

/** The answer to an address below `/bytes/`. The body must be read to its end or left with `return`. */
export interface FarAnswer {
  status: number
  headers: Record<string, string>
  body: AsyncIterable<Uint8Array>
}

/** What the near end of a stream is given. */
export interface NearEndOptions {
  /** Gives bytes to the stream; false where no more should follow before `drained` is called. */
  write(bytes: Uint8Array): boolean
  /** A whole RPC message has come for a port. Whether the port is open is for the caller to know. */
  rpc(port: number, data: string): void
  /** The far engine says why it is about to end. */
  fatal(problem: ErrorShape): void
  /** The far engine has another workspace open; null for none. */
  place(workspace: string | null): void
  /** A ping was answered. */
  pong(n: number): void
}

/** Bytes of long transfers after which their arrival is told. */
const tellEvery = 2 ** 16
const name = z.string().regex(/^[a-z0-9-]{1,40}$/)
const head = z.object({
  status: z.int().min(200).max(599),
  headers: z.record(
    name,
    z
      .string()
      .max(2000)
      .regex(/^[\x20-\x7e]*$/),
  ),
})

interface Asked {
  answered: (answer: FarAnswer | null) => void
  body: AnswerBody | null
}

/**
 * The near end of the stream to an engine on another machine: RPC messages by port, and bytes by address. It believes
 * nothing of what comes: frames are checked, lengths are bounded, and what was not asked for is dropped or is a fault.
 */
export class NearEnd {
  readonly #options: NearEndOptions
  readonly #frames = new FrameReader()
  readonly #messages = new RpcParts()
  readonly #out: Outbox
  readonly #asked = new Map<number, Asked>()
  #nextAsk = 1
  #untold = 0
  #closed = false

  constructor(options: NearEndOptions) {
    this.#options = options
    this.#out = new Outbox((bytes) => options.write(bytes))
  }

  /** Takes the next piece of the stream. @throws WireFault where the far end breaks the protocol */
  take(piece: Uint8Array): void {
    for (const frame of this.#frames.read(piece)) if (!this.#closed) this.#frame(frame)
  }

  drained(): void {
    this.#out.drained()
  }

  connect(port: number): void {
    this.#out.control('connect', port)
  }

  disconnect(port: number): void {
    this.#out.control('disconnect', port)
  }

  rpc(port: number, data: string): void {
    this.#out.message(port, data)
  }

  /** Ends the far engine at once; what it stored is safe. */
  quit(): void {
    this.#out.control('quit', 0)
  }

  ping(n: number): void {
    this.#out.control('ping', n)
  }

  /** Asks for an address. Resolves to null where the stream ends before the answer begins, or `signal` is aborted. */
  ask(address: string, signal?: AbortSignal): Promise<FarAnswer | null> {
    if (this.#closed || signal?.aborted) return Promise.resolve(null)
    const id = this.#nextAsk
    this.#nextAsk = (id % 0xffffffff) + 1
    const { promise, resolve } = Promise.withResolvers<FarAnswer | null>()
    this.#asked.set(id, { answered: resolve, body: null })
    this.#out.control('ask', id, new TextEncoder().encode(address))
    signal?.addEventListener('abort', () => this.#drop(id), { once: true })
    return promise
  }

  /** The stream has ended: answers that are not complete fail. */
  close(): void {
    this.#closed = true
    for (const { answered, body } of this.#asked.values()) {
      answered(null)
      body?.fail()
    }
    this.#asked.clear()
  }

  #frame(frame: Frame): void {
    const { kind, id, payload } = frame
    const asked = this.#asked.get(id)
    switch (kind) {
      case 'ping':
        return this.#out.control('pong', id)
      case 'pong':
        return this.#options.pong(id)
      case 'rpc': {
        const { counted, message } = this.#messages.take(frame)
        this.#arrived(counted)
        return message ? this.#options.rpc(message.port, message.data) : undefined
      }
      case 'arrived':
        return this.#out.arrived(numberIn(frame))
      case 'head':
        return asked ? this.#begin(id, asked, parsed(payload, head)) : undefined
      case 'body':
        this.#arrived(payload.length)
        if (asked && !asked.body) throw new WireFault(`answer ${id} has no head`)
        return asked?.body?.push(payload)
      case 'end':
        asked?.body?.end()
        return this.#forget(id)
      case 'fail':
        asked?.body?.fail()
        return this.#forget(id)
      case 'place':
        return this.#options.place(parsed(payload, farPlace).workspace)
      case 'fatal':
        return this.#options.fatal(problemIn(payload))
      default:
        throw new WireFault(`the far end sent a ${kind}`)
    }
  }

  #begin(id: number, asked: Asked, { status, headers }: z.output<typeof head>): void {
    if (asked.body) throw new WireFault(`answer ${id} has two heads`)
    const body = new AnswerBody({
      read: (bytes) => this.#closed || this.#out.control('credit', id, numberPayload(bytes)),
      left: () => this.#drop(id),
    })
    asked.body = body
    asked.answered({ status, headers, body })
  }

  #drop(id: number): void {
    const asked = this.#asked.get(id)
    if (!asked) return
    this.#out.control('drop', id)
    asked.body?.fail()
    this.#forget(id)
  }

  #forget(id: number): void {
    this.#asked.get(id)?.answered(null)
    this.#asked.delete(id)
  }

  #arrived(bytes: number): void {
    this.#untold += bytes
    if (this.#untold < tellEvery) return
    this.#out.control('arrived', 0, numberPayload(this.#untold))
    this.#untold = 0
  }
}

function problemIn(payload: Uint8Array): ErrorShape {
  const { code, message, hint, details } = parsed(payload, errorShape)
  return { code, message, hint, ...(details === undefined ? {} : { details }) }
}

function parsed<T>(payload: Uint8Array, schema: z.ZodType<T>): T {
  try {
    return schema.parse(JSON.parse(new TextDecoder().decode(payload)))
  } catch (cause) {
    throw new WireFault('a frame that is not what it should be', { cause })
  }
}
