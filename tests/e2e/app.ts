import type { ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import type { TestContext } from 'vitest'
import type { Bridge, EngineState } from '#shared/bridge.ts'
import { root, sandboxArguments } from '../../scripts/run.ts'
import { electronFolder } from '../../scripts/setup/electron.ts'

declare global {
  interface Window {
    kernelscope: Bridge
    require?: unknown
    process?: unknown
  }
}

export interface App {
  app: ElectronApplication
  page: Page
  /** Errors that the page wrote to its console, including those of the content security policy. */
  complaints: string[]
  folder: string
  close(): Promise<void>
}

/**
 * Starts the built app as a person would.
 *
 * @param home a home folder from an earlier start, which stays; by default a fresh one, removed with the app
 */
export async function openApp(args: string[] = [], home?: string): Promise<App> {
  if (!existsSync(path.join(root, 'out/main/index.js'))) throw new Error('no built app; run `npm run build`')
  // Without `executablePath` Playwright holds the app back until it listens. With it, Playwright may attach too late.
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = await electronFolder()
  const { app, page, folder, complaints } = await launch(args, home)
  return {
    app,
    page,
    complaints,
    folder,
    async close() {
      await app.close()
      if (home === undefined) remove(folder)
    },
  }
}

const remove = (folder: string) => rmSync(folder, { recursive: true, force: true, maxRetries: 5 })

/**
 * Launches the app, and tries again where Playwright's view of a new window stays empty or the start takes longer than
 * Playwright waits. These are faults of Playwright, not of the app that is tested.
 */
async function launch(args: string[], home?: string, tries = 3): Promise<Omit<App, 'close'>> {
  const folder = home ?? mkdtempSync(path.join(os.tmpdir(), 'kernelscope-e2e-'))
  let child: ChildProcess | undefined
  try {
    const app = await _electron.launch({
      args: [root, ...sandboxArguments(), `--user-data-dir=${path.join(folder, 'user')}`, ...args],
      env: homeIn(folder),
      chromiumSandbox: sandboxArguments().length === 0,
      timeout: 60_000,
    })
    child = app.process()
    const complaints: string[] = []
    const listen = (page: Page) => {
      page.on('console', (message) => {
        if (message.type() === 'error') complaints.push(message.text())
      })
      page.on('pageerror', (error) => complaints.push(String(error)))
    }
    app.on('window', listen)
    for (const page of app.windows()) listen(page)
    const page = await app.firstWindow({ timeout: 30_000 })
    await page.waitForLoadState('domcontentloaded', { timeout: 30_000 })
    return { app, page, complaints, folder }
  } catch (error) {
    child?.kill('SIGKILL')
    if (home === undefined) remove(folder)
    if (tries <= 1) throw error
    return launch(args, home, tries - 1)
  }
}

/** Waits until the page sees the engine in a state. */
export const engineIs = async (page: Page, wanted: EngineState['state'], timeout = 30_000) =>
  (await engineWillBe(page, wanted, timeout))()

/**
 * Watches for a state that may be short. Call it before causing the state: it resolves once the page listens, to a
 * function that waits for the state.
 */
export async function engineWillBe(page: Page, wanted: EngineState['state'], timeout = 30_000) {
  const seen = await page.evaluateHandle(
    ([state, patience]) => {
      const reached = new Promise<void>((resolve, reject) => {
        const stop = window.kernelscope.onEngineState((now) => {
          if (now.state !== state) return
          resolve()
          queueMicrotask(() => stop())
        })
        setTimeout(() => reject(new Error(`the engine was not ${state} in time`)), patience)
      })
      reached.catch(() => {})
      // A function instead of the promise, because an async function would wait for that.
      return { reached }
    },
    [wanted, timeout] as const,
  )
  return () => seen.evaluate(({ reached }) => reached)
}

/** Prints the state of the window after a failed test, because a run on another machine leaves nothing else. */
export async function tellOfFailure({ page, complaints }: App, task: TestContext['task']) {
  if (task.result?.state !== 'fail') return
  await shoot(page, `failed: ${task.name}`)
  const shows = await page.locator('body').ariaSnapshot({ timeout: 5_000 }).catch(String)
  console.error([`at ${page.url()}`, ...complaints, shows].join('\n'))
}

/** Saves a screenshot of the window. It is kept only where `KERNELSCOPE_SHOTS` names a folder. */
export async function shoot(page: Page, name: string) {
  const folder = process.env['KERNELSCOPE_SHOTS']
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
}

/** An environment whose home is `folder`, and in which nothing is said of telemetry. */
function homeIn(folder: string): Record<string, string> {
  const { ORT_DISABLE_TELEMETRY: _, ...rest } = process.env
  const given = Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    ...Object.fromEntries(given),
    HOME: folder,
    XDG_DATA_HOME: path.join(folder, 'data'),
    XDG_CACHE_HOME: path.join(folder, '.cache'),
  }
}
