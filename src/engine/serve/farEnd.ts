import type { ErrorShape } from '#shared/errors.ts'
import {
  FrameReader,
  numberIn,
  numberPayload,
  Outbox,
  RpcParts,
  WireFault,
  type Frame,
} from '#shared/wire/index.ts'

/** The answer to an address below `/bytes/`. */
export interface BytesToSend {
  status: number
  headers: Record<string, string>
  bytes: Uint8Array
}

/** Ports of one client, by number. */
interface ClientPorts {
  connect(port: number): void
  disconnect(port: number): void
  take(port: number, data: string): void
  close(): void
}

/** What the far end of a stream is given. */
export interface FarEndOptions {
  /** Gives bytes to the stream; false where no more should follow before `drained` is called. */
  write(bytes: Uint8Array): boolean
  /** Makes the ports of this client; `send` sends an answer of one. */
  ports(send: (port: number, data: string) => void): ClientPorts
  /** Answers an address. Never rejects. */
  bytes(address: string, signal: AbortSignal): Promise<BytesToSend>
  /** The client wants the engine to end at once. */
  quit(): void
  /** The client does not read what it is sent. */
  stuck(): void
}

const tellEvery = 2 ** 16
/** Characters of details that fit a frame, however they are written. */
const mostDetails = 8000
const mostPorts = 256
const mostAsked = 4096

/** The far end of the stream of one client: hands its messages to the engine, and the engine's answers to it. */
export class FarEnd {
  readonly #options: FarEndOptions
  readonly #frames = new FrameReader()
  readonly #messages = new RpcParts()
  readonly #out: Outbox
  readonly #ports: ClientPorts
  readonly #open = new Set<number>()
  readonly #asked = new Map<number, AbortController>()
  #untold = 0

  constructor(options: FarEndOptions) {
    this.#options = options
    this.#out = new Outbox((bytes) => options.write(bytes))
    this.#ports = options.ports((port, data) => {
      this.#out.message(port, data)
      if (this.#out.stuck) options.stuck()
    })
  }

  /** Takes the next piece of the stream. @throws WireFault where the client breaks the protocol */
  take(piece: Uint8Array): void {
    for (const frame of this.#frames.read(piece)) this.#frame(frame)
  }

  drained(): void {
    this.#out.drained()
  }

  /** Says which workspace the engine has open; null for none. */
  place(workspace: string | null): void {
    this.#out.control('place', 0, new TextEncoder().encode(JSON.stringify({ workspace })))
  }

  /** Says why the engine is about to end. */
  fatal(problem: ErrorShape): void {
    const { details, ...shape } = problem
    const told = details === undefined ? shape : { ...shape, details: details.slice(0, mostDetails) }
    this.#out.control('fatal', 0, new TextEncoder().encode(JSON.stringify(told)))
  }

  /** The client has gone: what it asked for is given up. */
  close(): void {
    for (const asked of this.#asked.values()) asked.abort()
    this.#asked.clear()
    this.#ports.close()
  }

  #frame(frame: Frame): void {
    const { kind, id, payload } = frame
    switch (kind) {
      case 'ping':
        return this.#out.control('pong', id)
      case 'pong':
        return
      case 'connect':
        if (this.#open.add(id).size > mostPorts) throw new WireFault('too many ports')
        return this.#ports.connect(id)
      case 'disconnect':
        this.#open.delete(id)
        return this.#ports.disconnect(id)
      case 'rpc': {
        const { counted, message } = this.#messages.take(frame)
        this.#arrived(counted)
        return message ? this.#ports.take(message.port, message.data) : undefined
      }
      case 'ask':
        return void this.#answer(id, new TextDecoder().decode(payload))
      case 'quit':
        return this.#options.quit()
      case 'drop':
        return this.#drop(id)
      case 'credit':
        return this.#out.credited(id, numberIn(frame))
      case 'arrived':
        return this.#out.arrived(numberIn(frame))
      default:
        throw new WireFault(`the near end sent a ${kind}`)
    }
  }

  async #answer(id: number, address: string): Promise<void> {
    if (this.#asked.has(id) || this.#asked.size >= mostAsked) return this.#out.control('fail', id)
    const asked = new AbortController()
    this.#asked.set(id, asked)
    const { status, headers, bytes } = await this.#options.bytes(address, asked.signal)
    if (this.#asked.get(id) !== asked) return
    this.#out.control('head', id, new TextEncoder().encode(JSON.stringify({ status, headers })))
    this.#out.answer(id, bytes, () => {
      this.#asked.delete(id)
      this.#out.control('end', id)
    })
    if (this.#out.stuck) this.#options.stuck()
  }

  #drop(id: number): void {
    this.#asked.get(id)?.abort()
    this.#asked.delete(id)
    this.#out.dropAnswer(id)
  }

  #arrived(bytes: number): void {
    this.#untold += bytes
    if (this.#untold < tellEvery) return
    this.#out.control('arrived', 0, numberPayload(this.#untold))
    this.#untold = 0
  }
}
