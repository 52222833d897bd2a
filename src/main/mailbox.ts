import type { WebContents } from 'electron'
import { z } from 'zod'
import { onNote } from './calls.ts'
import { channels } from '#shared/channels.ts'

const listened = z.enum([channels.command, channels.openPaths])
type Listened = z.infer<typeof listened>

/**
 * Sends commands and paths to the page. What arrives before the page listens (a menu command, a file given at the
 * start) is kept until it does.
 */
export class Mailbox {
  #page: WebContents | undefined
  #listens = new Set<Listened>()
  #waiting: { channel: Listened; value: unknown }[] = []

  constructor() {
    onNote(channels.listening, listened, (channel, { page }) => {
      if (page !== this.#page) return
      this.#listens.add(channel)
      const ready = this.#waiting.filter((letter) => letter.channel === channel)
      this.#waiting = this.#waiting.filter((letter) => letter.channel !== channel)
      for (const letter of ready) page.send(letter.channel, letter.value)
    })
  }

  deliverTo(page: WebContents) {
    this.#page = page
    this.#listens.clear()
    page.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      if (isMainFrame && !isSameDocument) this.#listens.clear()
    })
  }

  command(id: string) {
    this.#send(channels.command, id)
  }

  paths(paths: string[]) {
    if (paths.length > 0) this.#send(channels.openPaths, paths)
  }

  #send(channel: Listened, value: unknown) {
    const page = this.#page
    if (page && !page.isDestroyed() && this.#listens.has(channel)) page.send(channel, value)
    else this.#waiting.push({ channel, value })
  }
}
