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
  /** Lines the page wrote to its console as errors, among them what the content policy refused. */
  complaints: string[]
  folder: string
  close(): Promise<void>
}

/** Starts the built app with fresh user data, as a person would. */
export async function openApp(args: string[] = []): Promise<App> {
  if (!existsSync(path.join(root, 'out/main/index.js'))) throw new Error('no built app; run `npm run build`')
  const folder = mkdtempSync(path.join(os.tmpdir(), 'kernelscope-e2e-'))
  const complaints: string[] = []
  // Without `executablePath` Playwright holds the app back until it listens; given one it may come too late.
  process.env['ELECTRON_OVERRIDE_DIST_PATH'] = await electronFolder()
  const app = await launch(folder, args)
  const page = await app.firstWindow({ timeout: 60_000 })
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  return {
    app,
    page,
    complaints,
    folder,
    async close() {
      await app.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

/** A machine under load may let Electron's first start pass the time limit; what is tested is the app, not that. */
async function launch(folder: string, args: string[], tries = 2): Promise<ElectronApplication> {
  try {
    return await _electron.launch({
      args: [root, ...sandboxArguments(), `--user-data-dir=${path.join(folder, 'user')}`, ...args],
      env: { ...stringsOf(process.env), HOME: folder, XDG_DATA_HOME: path.join(folder, 'data') },
      chromiumSandbox: sandboxArguments().length === 0,
      timeout: 60_000,
    })
  } catch (error) {
    if (tries <= 1) throw error
    return launch(folder, args, tries - 1)
  }
}

/** Waits until the engine is in a state, as the page sees it. */
export const engineIs = (page: Page, wanted: EngineState['state'], timeout = 30_000) =>
  page.evaluate(
    ([state, patience]) =>
      new Promise<void>((resolve, reject) => {
        const stop = window.kernelscope.onEngineState((now) => {
          if (now.state !== state) return
          resolve()
          queueMicrotask(() => stop())
        })
        setTimeout(() => reject(new Error(`the engine was not ${state} in time`)), patience)
      }),
    [wanted, timeout] as const,
  )

/** Says where the window stands after a test that failed: a run elsewhere leaves nothing else to go by. */
export async function tellOfFailure({ page, complaints }: App, task: TestContext['task']) {
  if (task.result?.state !== 'fail') return
  await shoot(page, `failed: ${task.name}`)
  const shows = await page.locator('body').ariaSnapshot({ timeout: 5_000 }).catch(String)
  console.error([`at ${page.url()}`, ...complaints, shows].join('\n'))
}

/** Writes what the window shows, for people to look at. Kept only where `KERNELSCOPE_SHOTS` names a folder. */
export async function shoot(page: Page, name: string) {
  const folder = process.env['KERNELSCOPE_SHOTS']
  if (folder === undefined) return
  mkdirSync(folder, { recursive: true })
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
}

const stringsOf = (env: NodeJS.ProcessEnv) =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined))
