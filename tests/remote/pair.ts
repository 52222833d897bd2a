import { FarEnd, type BytesToSend } from '#engine/serve/farEnd.ts'
import { NearEnd } from '../../src/remote/nearEnd.ts'

/** What happened at the near end, in order. */
export interface Seen {
  port: number
  data: string
}

/**
 * The two ends of a stream, in memory. Bytes move when `run` is called, in pieces of at most `piece` bytes.
 *
 * @param answer what the engine answers to an RPC message; nothing by default
 * @param bytes what it answers to an address
 */
export function pair({
  answer = () => [],
  bytes = (address) => ({ status: 200, headers: {}, bytes: new TextEncoder().encode(address) }),
  piece = Infinity,
}: {
  answer?: (port: number, data: string) => string[]
  bytes?: (address: string, signal: AbortSignal) => BytesToSend | Promise<BytesToSend>
  piece?: number
} = {}) {
  const toNear: Uint8Array[] = []
  const toFar: Uint8Array[] = []
  const seen: Seen[] = []
  const pongs: number[] = []
  let arrived = 0
  const near = new NearEnd({
    write: (part) => toFar.push(part) > 0,
    rpc: (port, data) => void seen.push({ port, data }),
    fatal: () => undefined,
    place: () => undefined,
    pong: (n) => void pongs.push(n),
  })
  const far = new FarEnd({
    write: (part) => toNear.push(part) > 0,
    ports: (send) => ({
      connect: () => undefined,
      disconnect: () => undefined,
      close: () => undefined,
      take: (port, data) => {
        for (const text of answer(port, data)) send(port, text)
      },
    }),
    bytes: async (address, signal) => bytes(address, signal),
    quit: () => undefined,
    stuck: () => undefined,
  })
  const cut = (part: Uint8Array, take: (piece: Uint8Array) => void) => {
    for (let at = 0; at < part.length; at += piece) take(part.subarray(at, Math.min(part.length, at + piece)))
  }
  /** Moves one frame each way; whether there was one. */
  const step = async (): Promise<boolean> => {
    const [up, down] = [toFar.shift(), toNear.shift()]
    if (up) cut(up, (part) => far.take(part))
    if (down) arrived += down.length
    if (down) cut(down, (part) => near.take(part))
    await new Promise((resolve) => setImmediate(resolve))
    return up !== undefined || down !== undefined
  }
  return {
    near,
    far,
    toNear,
    toFar,
    seen,
    pongs,
    /** Bytes that have arrived at the near end. */
    arrived: () => arrived,
    step,
    /** Moves all that there is. */
    async run() {
      while (await step());
    },
  }
}
