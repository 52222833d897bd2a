import { readdirSync } from 'node:fs'
import path from 'node:path'
import type { Page } from 'playwright-core'
import { root } from '../../scripts/run.ts'
import type { PageOfApp } from './pages.ts'

/** A request of the page, and how many answers in a row it takes to have its own; one where it waits for none. */
interface Asked {
  what: string
  deep: number
}

declare global {
  interface Window {
    heldLine: {
      /** Lets answers through until the page asks for nothing more; returns what it asked since the last time. */
      settle(): Promise<Asked[]>
    }
  }
}

/**
 * Holds the answers of the engine back until the page has asked for all that it can ask without them, then lets those through
 * that waited for the fewest answers, and so on. Then the deepest request says how many round trips follow each other, on a
 * machine of any speed; what the engine computes meanwhile does not count. Runs in the page before its own scripts.
 */
function holdAnswers(): void {
  /** How deep the answers are that were let through last. */
  let reached = 0
  let asked: Asked[] = []
  let holding = true
  let held: { deep: number; give: () => void }[] = []
  const unanswered = new Set<unknown>()
  /** How deep requests are, by their id; their later events are as deep. */
  const depths = new Map<unknown, number>()
  function note(what: string): number {
    asked.push({ what, deep: reached + 1 })
    return reached + 1
  }
  const parsed = (data: unknown): Record<string, unknown> => {
    const found: unknown = typeof data === 'string' && data.startsWith('{') ? JSON.parse(data) : {}
    return typeof found === 'object' && found !== null ? { ...found } : {}
  }
  const addressIn = (part: unknown) =>
    typeof part === 'object' && part !== null && 'u' in part ? String(part.u) : undefined

  const post: unknown = Reflect.get(MessagePort.prototype, 'postMessage')
  const listen: unknown = Reflect.get(MessagePort.prototype, 'addEventListener')
  if (typeof post !== 'function' || typeof listen !== 'function') throw new Error('no message ports')
  MessagePort.prototype.postMessage = function (this: MessagePort, ...given: [unknown]) {
    const { i, t, p } = parsed(given[0])
    const address = addressIn(p)
    if (address !== undefined) {
      depths.set(i, note(address))
      unanswered.add(i)
    } else if (t !== undefined) unanswered.delete(i)
    Reflect.apply(post, this, given)
  }
  MessagePort.prototype.addEventListener = function (
    this: MessagePort,
    type: string,
    listener: (event: Event) => void,
  ) {
    const late = (event: Event) => {
      if (!(event instanceof MessageEvent)) return listener(event)
      const { i } = parsed(event.data)
      unanswered.delete(i)
      if (holding) held.push({ deep: depths.get(i) ?? 0, give: () => listener(event) })
      else listener(event)
    }
    Reflect.apply(listen, this, [type, late])
  }
  const ask = window.fetch
  window.fetch = async (...given) => {
    const to = String(given[0] instanceof Request ? given[0].url : given[0])
    if (!to.includes('/bytes/')) return ask(...given)
    const deep = note(to)
    unanswered.add(given)
    const answer = await ask(...given).finally(() => unanswered.delete(given))
    if (holding) await new Promise<void>((give) => held.push({ deep, give }))
    return answer
  }
  /** Pictures are asked for by the page itself. */
  const seen = new WeakSet<Element>()
  const notePictures = () => {
    for (const picture of document.querySelectorAll('img[src*="/bytes/"]')) {
      if (!seen.has(picture)) note('a picture')
      seen.add(picture)
    }
  }

  /** What can be done without an answer has been done after a few turns, each with a frame. */
  const turns = async () => {
    for (let turn = 0; turn < 2; turn++) {
      await new Promise((resolve) => setTimeout(resolve, 20))
      await Promise.race([
        new Promise((resolve) => requestAnimationFrame(resolve)),
        new Promise((resolve) => setTimeout(resolve, 200)),
      ])
    }
    notePictures()
  }
  window.heldLine = {
    async settle() {
      holding = true
      const start = performance.now()
      for (;;) {
        await turns()
        // An engine that computes for long holds up nothing else.
        if (unanswered.size > 0 && performance.now() - start < 20_000) continue
        if (held.length === 0) break
        reached = Math.min(...held.map(({ deep }) => deep))
        const now = held.filter(({ deep }) => deep === reached)
        held = held.filter(({ deep }) => deep > reached)
        for (const { give } of now) give()
      }
      holding = false
      const all = asked
      asked = []
      reached = 0
      depths.clear()
      return all
    },
  }
}

/** Begins the page anew with a line that holds answers back, and with all its scripts, which lie on this computer. */
export async function holdLine(page: Page): Promise<Asked[]> {
  await page.addInitScript(holdAnswers)
  await page.reload()
  const scripts = readdirSync(path.join(root, 'out/renderer/assets')).filter((name) => name.endsWith('.js'))
  const addresses = JSON.stringify(scripts.map((name) => `/assets/${name}`))
  // As text: the tests' own modules would be imported otherwise.
  await page.evaluate(`Promise.all(${addresses}.map((address) => import(address))).then(() => undefined)`)
  return page.evaluate(() => window.heldLine.settle())
}

/** Opens a page; returns what it asked for. */
export async function askedBy(page: Page, place: PageOfApp): Promise<Asked[]> {
  const asked = await page.evaluate(async (hash) => {
    location.hash = hash
    return window.heldLine.settle()
  }, place.address)
  await page.locator(`#main > [data-page="${place.name}"]`).getByText(place.shows).first().waitFor()
  return asked
}
