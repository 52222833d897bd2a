import { StandardRPCHandler } from '@orpc/server/standard'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { homedir } from 'node:os'
import type { ErrorShape } from '#shared/errors.ts'
import { helloLine, HelloReader, nearHello } from '#shared/wire/index.ts'
import { reply, router, type Engine } from '../api/index.ts'
import { dropped } from '../base/dropped.ts'
import type { Log } from '../base/log.ts'
import { version } from '../base/version.ts'
import { Ports } from '../ports.ts'
import { FarEnd } from './farEnd.ts'

/** A client that sends nothing for this long, not even a ping, is gone: its machine sleeps, or the line is cut. */
const silentMs = 120_000

/** The clients of an engine, over its socket. Only this user can open that. */
export class Clients {
  readonly #engine: Engine
  readonly #quit: () => void
  readonly #refused: (error: unknown) => void
  readonly #handler = new StandardRPCHandler(router)
  readonly #server: Server
  readonly #open = new Map<Socket, FarEnd>()
  /** Clients that have said what they want: frames come after that. */
  readonly #greeted = new WeakSet<Socket>()
  #place: string | null = null

  /** @param quit ends the engine at once */
  constructor(engine: Engine, log: Log, quit: () => void) {
    this.#engine = engine
    this.#quit = quit
    this.#refused = dropped(log, 'a message of a client')
    this.#server = createServer((socket) => this.#welcome(socket))
  }

  /** Listens on a new socket. One of a process that had the same id is removed. */
  async listen(path: string): Promise<void> {
    rmSync(path, { force: true })
    this.#server.listen(path)
    await once(this.#server, 'listening')
  }

  get count(): number {
    return this.#open.size
  }

  /** Tells all clients which workspace is open, where that has changed. */
  tellPlace(): void {
    const place = this.#engine.session.opened?.workspace.place ?? null
    if (place === this.#place) return
    this.#place = place
    for (const [socket, far] of this.#open) if (this.#greeted.has(socket)) far.place(place)
  }

  /** Tells all clients why the engine is about to end. */
  tell(problem: ErrorShape): void {
    for (const far of this.#open.values()) far.fatal(problem)
  }

  close(): void {
    this.#server.close()
    for (const socket of this.#open.keys()) socket.destroy()
  }

  #welcome(socket: Socket): void {
    const hello = new HelloReader(nearHello)
    const far = new FarEnd({
      write: (bytes) => !socket.writable || socket.write(bytes),
      ports: (send) =>
        new Ports({
          handler: this.#handler,
          context: this.#engine.context,
          send,
          refused: this.#refused,
        }),
      bytes: (address, signal) => reply(this.#engine.session, address, signal),
      quit: this.#quit,
      stuck: () => socket.destroy(),
    })
    this.#open.set(socket, far)
    let begun = false
    const take = (piece: Uint8Array) => {
      if (begun) return far.take(piece)
      const found = hello.read(piece)
      if (!found) return
      begun = true
      socket.write(
        helloLine({
          version,
          platform: `${process.platform}-${process.arch}`,
          home: homedir(),
          workspace: found.hello.workspace,
        }),
      )
      this.#greeted.add(socket)
      far.place(this.#engine.session.opened?.workspace.place ?? null)
      far.take(found.rest)
    }
    socket.on('data', (piece) => {
      try {
        take(piece)
      } catch (error) {
        this.#refused(error)
        socket.destroy()
      }
    })
    socket.on('drain', () => far.drained())
    socket.setTimeout(silentMs, () => socket.destroy())
    // What went wrong with a client is followed by its end.
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.#open.delete(socket)
      far.close()
    })
  }
}
