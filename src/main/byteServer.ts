import http from 'node:http'
import { Readable } from 'node:stream'

/** Where the engine's byte server listens and what it wants to hear; null when there is no engine. */
export type ByteServer = { socket: string; token: string } | null

/** A picture waits so long for an engine that is being started again. */
export const pictureWaitMs = 15_000

const passed = ['content-type', 'content-length', 'cache-control', 'etag', 'last-modified', 'x-shape']

/**
 * Hands `/bytes/…` to the engine over its unix socket or named pipe. Only GET, only the path: the page can neither
 * choose headers nor see the token.
 */
export function askForBytes(server: ByteServer, request: Request): Promise<Response> {
  if (request.method !== 'GET') return Promise.resolve(new Response(null, { status: 405 }))
  if (!server) return Promise.resolve(new Response('the engine is down', { status: 503 }))
  const { pathname, search } = new URL(request.url)
  const { promise, resolve } = Promise.withResolvers<Response>()
  const ask = http.get(
    {
      socketPath: server.socket,
      path: pathname + search,
      headers: { authorization: server.token },
      signal: request.signal,
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
  ask.on('error', (error) => resolve(new Response(error.message, { status: 502 })))
  return promise
}
