import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { z } from 'zod'
import { ordinaryUser } from './ordinaryUser.ts'

const startWithinMs = 60_000
const targets = z.array(z.object({ type: z.string(), url: z.string(), webSocketDebuggerUrl: z.string() }))
const answers = z.object({ id: z.number(), result: z.unknown().optional(), error: z.unknown().optional() })
const evaluated = z.object({
  result: z.object({ value: z.unknown().optional() }),
  exceptionDetails: z.unknown().optional(),
})

/** The page of a packaged app that was started for a check, by Chromium's debugging protocol. */
export interface PackagedPage {
  /** Runs an expression in the page and returns its value, which must be plain data. A promise is awaited. */
  evaluate(expression: string): Promise<unknown>
  /** Number of windows that are open. */
  windows(): Promise<number>
}

/**
 * Starts a packaged app in an empty home folder, lets `work` ask its page, and ends it. Where this is root, it is started for an
 * ordinary user if that is possible, since Chromium has no sandbox for root. Playwright cannot start it: the
 * fuses of the app refuse Node's inspector.
 */
export async function withPackaged<T>(
  executable: string,
  env: NodeJS.ProcessEnv,
  work: (page: PackagedPage) => Promise<T>,
): Promise<T> {
  const home = mkdtempSync(path.join(os.tmpdir(), 'kernelscope-packaged-'))
  const user = path.join(home, 'user')
  const { id, args } = ordinaryUser(executable)
  if (id !== null) chownSync(home, id, id)
  const child = spawn(executable, [...args, `--user-data-dir=${user}`, '--remote-debugging-port=0'], {
    stdio: 'ignore',
    env: { ...env, HOME: home, XDG_CACHE_HOME: path.join(home, '.cache') },
    ...(id === null ? {} : { uid: id, gid: id }),
  })
  try {
    const until = Date.now() + startWithinMs
    const port = await patiently(
      until,
      () => readFileSync(path.join(user, 'DevToolsActivePort'), 'utf8').split('\n')[0],
    )
    const pages = async () => {
      const answer = await fetch(`http://127.0.0.1:${port ?? ''}/json`)
      return targets.parse(await answer.json()).filter(({ type }) => type === 'page')
    }
    const first = await patiently(until, async () => (await pages())[0])
    const send = await connect(first?.webSocketDebuggerUrl ?? '')
    const page: PackagedPage = {
      async evaluate(expression) {
        const found = evaluated.parse(
          await send('Runtime.evaluate', {
            expression,
            awaitPromise: true,
            returnByValue: true,
            allowUnsafeEvalBlockedByCSP: false,
          }),
        )
        if (found.exceptionDetails !== undefined)
          throw new Error(`${expression}: ${JSON.stringify(found.exceptionDetails)}`)
        return found.result.value
      },
      windows: async () => (await pages()).length,
    }
    await patiently(
      until,
      async () => (await page.evaluate(`document.querySelector('h1')?.textContent`)) ?? undefined,
    )
    return await work(page)
  } finally {
    child.kill()
    if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Tries until there is a value. */
async function patiently<T>(until: number, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await Promise.resolve()
      .then(look)
      .catch(() => undefined)
    if (found !== undefined && found !== '') return found
    if (Date.now() > until) throw new Error('the packaged app did not start in time')
    await delay(200)
  }
}

async function connect(address: string) {
  const socket = new WebSocket(address)
  const waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>()
  socket.onmessage = ({ data }: { data: unknown }) => {
    const message = answers.safeParse(JSON.parse(String(data))).data
    const asked = message && waiting.get(message.id)
    if (!asked) return
    waiting.delete(message.id)
    if (message.error !== undefined) asked.reject(new Error(JSON.stringify(message.error)))
    else asked.resolve(message.result)
  }
  await new Promise((resolve, reject) => {
    socket.onopen = resolve
    socket.onerror = () => reject(new Error('the packaged app closed its connection'))
  })
  let count = 0
  return (method: string, params: unknown): Promise<unknown> =>
    new Promise((resolve, reject) => {
      count += 1
      waiting.set(count, { resolve, reject })
      socket.send(JSON.stringify({ id: count, method, params }))
    })
}
