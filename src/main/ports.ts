import { MessageChannelMain, type MessagePortMain, type WebContents } from 'electron'
import { channels } from '#shared/channels.ts'
import { rpcData } from '#shared/engineProtocol.ts'
import type { CurrentEngine } from './currentEngine.ts'

/**
 * Relays RPC messages between pages and the engine unread. A page that asks once gets a port now, and a new
 * port after every start of the engine. Ports of an ended engine are closed, so that pending calls fail at once.
 */
export class PortRelay {
  #engine: CurrentEngine
  #pages = new Set<WebContents>()
  #ports = new Map<number, { port: MessagePortMain; page: WebContents }>()
  #next = 1

  constructor(engine: CurrentEngine) {
    this.#engine = engine
    engine.on('rpc', ({ port, data }) => this.#ports.get(port)?.port.postMessage(data))
    engine.on('ready', () => {
      const served = new Set([...this.#ports.values()].map(({ page }) => page))
      for (const page of this.#pages) if (!served.has(page)) this.#open(page)
    })
    engine.on('state', (state) => {
      // An engine that only does not answer may do so later: what was asked of it stays asked.
      const lost = state.state !== 'ready' && !(state.state === 'down' && state.busy)
      if (lost) for (const number of this.#ports.keys()) this.#close(number)
    })
  }

  connect(page: WebContents) {
    if (!this.#pages.has(page)) {
      this.#pages.add(page)
      page.once('destroyed', () => this.#pages.delete(page))
    }
    if (this.#engine.state.state === 'ready') this.#open(page)
  }

  #open(page: WebContents) {
    for (const [number, open] of this.#ports) if (open.page === page) this.#close(number)
    const number = this.#next++
    const { port1, port2 } = new MessageChannelMain()
    this.#ports.set(number, { port: port1, page })
    this.#engine.send({ type: 'connect', port: number })
    port1.on('message', ({ data }) => {
      const message = rpcData.safeParse(data)
      // Anything else is not of our page's code, and may not even be sendable to another process.
      if (message.success) this.#engine.send({ type: 'rpc', port: number, data: message.data })
    })
    port1.once('close', () => this.#close(number))
    port1.start()
    page.postMessage(channels.port, null, [port2])
  }

  #close(number: number) {
    const open = this.#ports.get(number)
    if (!open) return
    this.#ports.delete(number)
    open.port.close()
    this.#engine.send({ type: 'disconnect', port: number })
  }
}
