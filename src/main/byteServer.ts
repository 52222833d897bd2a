import http from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'

/** Where the engine's byte server listens and what it wants to hear; null when there is no engine. */
export type ByteServer = { socket: string; token: string } | null

/** A picture waits so long for an engine that is being started again. */
export const pictureWaitMs = 15_000

const passed = ['content-type', 'content-length', 'cache-control', 'etag', 'last-modified', 'x-shape']

/**
 * Hands `/bytes/…` to the engine over its unix socket or named pipe. Only GET, only the path: the page can neither
 * choose headers nor see the token. Where the engine dies meanwhile, the next one is asked.
 *
 * @param find the engine that answers now; null where none does in time
 */
export async function askForBytes(find: () => Promise<ByteServer>, request: Request): Promise<Response> {
  if (request.method !== 'GET') return new Response(null, { status: 405 })
  const until = Date.now() + pictureWaitMs
  let failed = { token: '', tries: 0 }
  while (!request.signal.aborted && Date.now() < until) {
    const server = await find()
    if (!server) break
    if (server.token !== failed.token) failed = { token: server.token, tries: 0 }
    // A connection that was kept open may end under a request: once more. After that it is the engine that has ended,
    // though that may not have been noticed yet.
    if (failed.tries < 2) {
      const answer = await ask(server, request)
      if (answer) return answer
      failed.tries++
    }
    await delay(50)
  }
  return new Response('the engine is down', { status: 503 })
}

/** Null where the connection failed before an answer came. */
function ask(server: NonNullable<ByteServer>, { url, signal }: Request): Promise<Response | null> {
  const { pathname, search } = new URL(url)
  const { promise, resolve } = Promise.withResolvers<Response | null>()
  const asked = http.get(
    {
      socketPath: server.socket,
      path: pathname + search,
      headers: { authorization: server.token },
      signal,
    },
    (answer) => {
      const headers = new Headers({ 'x-content-type-options': 'nosniff' })
      for (const name of passed) {
        const value = answer.headers[name]
        if (typeof value === 'string') headers.set(name, value)
      }
      const body = Readable.toWeb(answer) as ReadableStream<Uint8Array>
      resolve(new Response(body, { status: answer.statusCode ?? 502, headers }))
    },
  )
  asked.on('error', () => resolve(null))
  return promise
}
