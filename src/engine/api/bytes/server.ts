import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { temporaryFolder } from '../../base/temporary.ts'
import type { EngineSession } from '../session/session.ts'
import { reply } from './reply.ts'

/**
 * Serves bulk data and pictures for `app://…/bytes/…`, over a Unix socket or named pipe that only this user can open.
 */
export interface ByteServer {
  readonly socket: string
  /** Every request must carry it as `authorization`. */
  readonly token: string
  close(): Promise<void>
}

/** Starts the server of a session's bytes. */
export async function serveBytes(session: EngineSession): Promise<ByteServer> {
  const token = randomBytes(32).toString('hex')
  const folder = temporaryFolder('bytes')
  const socket =
    process.platform === 'win32'
      ? `\\\\.\\pipe\\kernelscope-${randomBytes(8).toString('hex')}`
      : join(folder, 'bytes')
  const server = createServer((request, response) => {
    if (request.headers.authorization !== token) {
      response.writeHead(403).end()
      return
    }
    void answer(session, request, response)
  })
  server.listen(socket)
  await once(server, 'listening')
  return {
    socket,
    token,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function answer(
  session: EngineSession,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A picture whose request was given up, as by scrolling on, is not made.
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  const { status, headers, bytes } = await reply(session, request.url ?? '', gone.signal)
  response.writeHead(status, headers).end(bytes)
}
