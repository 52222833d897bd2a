import http from 'node:http'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import type { FarBytes } from '../remote/index.ts'

/**
 * The byte server of the engine of this machine, by its socket and the token that every request must carry, or that of an
 * engine elsewhere; null while there is no engine.
 */
export type ByteServer = { socket: string; token: string } | FarBytes | null

/** Longest time in milliseconds that a picture waits for an engine that is being started again. */
export const pictureWaitMs = 15_000

const passed = ['content-type', 'content-length', 'cache-control', 'etag', 'last-modified', 'x-shape']

/**
 * Forwards `/bytes/…` to the engine over its unix socket or named pipe. Only GET requests and only the path are
 * forwarded: the page can neither choose headers nor see the token. Where the engine ends meanwhile, the next engine is
 * asked.
 *
 * @param find returns the running engine's byte server; null where none answers in time
 */
export async function askForBytes(find: () => Promise<ByteServer>, request: Request): Promise<Response> {
  if (request.method !== 'GET') return new Response(null, { status: 405 })
  const until = Date.now() + pictureWaitMs
  let failed = { token: '', tries: 0 }
  while (!request.signal.aborted && Date.now() < until) {
    const server = await find()
    if (!server) break
    if (server.token !== failed.token) failed = { token: server.token, tries: 0 }
    // A kept-alive connection may close during a request, so the request is tried twice. A second failure means that
    // the engine has ended, even if the shell has not noticed it yet.
    if (failed.tries < 2) {
      const answer = await ('get' in server ? askFar(server, request) : ask(server, request))
      if (answer) return answer
      failed.tries++
    }
    await delay(50)
  }
  return new Response('the engine is down', { status: 503 })
}

/** Types of the bytes that an engine answers with. A page of an engine elsewhere is none of them. */
const harmless = /^(image\/[a-z+.-]+|application\/(octet-stream|json))$/

/** Resolves to null where the connection was lost before an answer came. */
async function askFar(server: FarBytes, { url, signal }: Request): Promise<Response | null> {
  const { pathname, search } = new URL(url)
  const answer = await server.get(pathname + search, signal)
  if (!answer) return null
  const headers = new Headers()
  for (const name of passed) {
    const value = answer.headers[name]
    if (value !== undefined) headers.set(name, value)
  }
  if (!harmless.test(headers.get('content-type') ?? '')) return new Response(null, { status: 502 })
  return new Response(ReadableStream.from(answer.body), { status: answer.status, headers })
}

/** Resolves to null where the connection failed before an answer came. */
function ask(server: { socket: string; token: string }, { url, signal }: Request): Promise<Response | null> {
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
      const headers = new Headers()
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
