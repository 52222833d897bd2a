import { setTimeout as delay } from 'node:timers/promises'
import { electronVersion } from '../../src/shared/electron.ts'
import { fuses, sandboxed, shellNames, type Verdict } from './files.ts'
import type { PackagedPage } from './session.ts'

/** What a check may look at. */
export interface Packaged {
  page: PackagedPage
  /** The app's executable. */
  executable: string
  /** Folder beside it with the asar. */
  resources: string
  /** Version of the Electron that was packaged. */
  electron: string
  /** Address of a server on this machine that no request may reach. */
  remote: string
  /** Requests that reached it. */
  heard: string[]
}

/** A point of the list of twenty in Electron's guide on security, and how it is seen in the packaged app. */
export interface Point {
  title: string
  /** Whether it is about the Electron that was packaged, which `--any-electron` lets be another. */
  isOfElectron?: boolean
  check: (packaged: Packaged) => Promise<Verdict>
}

const equal = (found: unknown, wanted: unknown): Verdict =>
  JSON.stringify(found) === JSON.stringify(wanted)
    ? null
    : `found ${JSON.stringify(found)}, not ${JSON.stringify(wanted)}`

/** Whether a request of the page is refused. */
const refuses = async ({ page, heard }: Packaged, addresses: string[]): Promise<Verdict> => {
  const found = await page.evaluate(
    `Promise.all(${JSON.stringify(addresses)}.map((address) => fetch(address).then(() => 'passed', () => 'refused')))`,
  )
  return (
    equal(
      found,
      addresses.map(() => 'refused'),
    ) ?? equal(heard, [])
  )
}

/** Whether the page is at its own address again a moment after it was told to go elsewhere. */
async function staysAt({ page, heard }: Packaged, addresses: string[]): Promise<Verdict> {
  for (const address of addresses) {
    await page.evaluate(`void (location.href = ${JSON.stringify(address)})`).catch(() => undefined)
    await delay(700)
    const now = await page.evaluate('location.origin + location.pathname')
    const problem = equal(now, 'app://kernelscope/')
    if (problem !== null) return `${address}: ${problem}`
  }
  return equal(heard, [])
}

/** The variables and functions that the shell gives the page. */
const bridge = [
  ...['connect', 'freeMemory', 'home', 'notify', 'onCommand', 'onEngineState', 'onOpenPaths', 'openFiles'],
  ...[
    'openFolder',
    'pathOfDropped',
    'platform',
    'restartEngine',
    'saveFile',
    'setProgress',
    'showInFolder',
    'versions',
  ],
]

/** The twenty points in the order of Electron's guide. */
export const points: Point[] = [
  {
    title: 'loads only what comes with the app',
    check: async ({ page }) =>
      equal(
        await page.evaluate(
          `[...new Set(performance.getEntriesByType('resource').map(({ name }) => new URL(name).protocol))].filter((name) => !['app:', 'blob:', 'data:'].includes(name))`,
        ),
        [],
      ),
  },
  {
    title: 'has a page without Node',
    check: async ({ page }) =>
      equal(
        await page.evaluate('[typeof require, typeof process, typeof Buffer, typeof global]'),
        Array(4).fill('undefined'),
      ),
  },
  {
    title: 'keeps the page apart from the preload',
    check: async ({ page }) =>
      equal(
        await page.evaluate(
          `(() => { Function.prototype.call = Function.prototype.call; return Object.isFrozen(window.kernelscope) || Reflect.set(window.kernelscope, 'connect', 1) === false })()`,
        ),
        true,
      ),
  },
  {
    title: 'runs the page in a sandbox',
    check: ({ executable }) => Promise.resolve(sandboxed(executable)),
  },
  {
    title: 'refuses permissions',
    check: async ({ page }) =>
      equal(
        await page.evaluate(
          `Promise.all([navigator.mediaDevices.getUserMedia({ video: true }).then(() => 'granted', () => 'denied'), Notification.requestPermission(), new Promise((resolve) => navigator.geolocation.getCurrentPosition(() => resolve('granted'), () => resolve('denied')))])`,
        ),
        Array(3).fill('denied'),
      ),
  },
  {
    title: 'keeps the same-origin policy',
    check: (packaged) => refuses(packaged, ['app://elsewhere/', 'file:///etc/hostname']),
  },
  {
    title: 'has a content security policy that runs no script but its own',
    check: async ({ page }) =>
      equal(
        await page.evaluate(
          `(() => { const script = document.createElement('script'); script.textContent = 'window.injected = true'; document.head.append(script); let evaluated = true; try { new Function('') } catch { evaluated = false } return ['injected' in window, evaluated] })()`,
        ),
        [false, false],
      ),
  },
  {
    title: 'loads nothing over an insecure connection',
    check: (packaged) => refuses(packaged, [packaged.remote, 'http://example.com/']),
  },
  {
    title: 'turns no experimental feature of Chromium on',
    check: ({ resources }) =>
      Promise.resolve(
        shellNames(resources, ['experimentalFeatures', 'enable-features', 'enable-experimental']),
      ),
  },
  {
    title: 'turns no Blink feature on',
    check: ({ resources }) =>
      Promise.resolve(shellNames(resources, ['enableBlinkFeatures', 'enable-blink-features'])),
  },
  {
    title: 'has no webview that could open windows',
    check: async ({ page }) =>
      equal(await page.evaluate(`typeof document.createElement('webview').loadURL`), 'undefined'),
  },
  {
    title: 'attaches no webview or frame',
    check: async ({ page, remote, heard }) =>
      equal(
        await page.evaluate(
          `(() => { const view = document.createElement('webview'); view.src = ${JSON.stringify(remote)}; const frame = document.createElement('iframe'); frame.src = ${JSON.stringify(remote)}; document.body.append(view, frame); return new Promise((resolve) => setTimeout(() => { view.remove(); frame.remove(); resolve(true) }, 500)) })()`,
        ),
        true,
      ) ?? equal(heard, []),
  },
  {
    title: 'does not navigate',
    check: (packaged) =>
      staysAt(packaged, [
        ...[
          packaged.remote,
          'https://example.com/',
          'file:///etc/hostname',
          'about:blank',
          'data:text/html,x',
        ],
        ...[
          'app://elsewhere/',
          'app://kernelscope/bytes/thumbnail/1',
          'app://kernelscope/notices.json',
          'chrome://gpu',
        ],
      ]),
  },
  {
    title: 'opens no window',
    check: async ({ page, remote }) =>
      equal(
        await page.evaluate(
          `[window.open('about:blank'), window.open(${JSON.stringify(remote)}), window.open(location.href)]`,
        ),
        [null, null, null],
      ) ?? equal(await page.windows(), 1),
  },
  {
    title: 'hands no address to the system',
    check: ({ resources }) => Promise.resolve(shellNames(resources, ['openExternal'])),
  },
  {
    title: 'is the release of Electron that it is made for',
    isOfElectron: true,
    check: ({ electron }) => Promise.resolve(equal(electron, electronVersion)),
  },
  {
    title: 'answers only the page itself, since no other frame can be there',
    check: async ({ page }) =>
      equal(
        await page.evaluate(
          `(() => { const frame = document.createElement('iframe'); frame.srcdoc = 'x'; document.body.append(frame); const found = frame.contentWindow && 'kernelscope' in frame.contentWindow; frame.remove(); return Boolean(found) })()`,
        ),
        false,
      ),
  },
  {
    title: 'has a scheme of its own instead of files',
    check: async ({ page }) => equal(await page.evaluate('location.protocol'), 'app:'),
  },
  { title: 'has its fuses set', check: fuses },
  {
    title: 'gives the page nothing of Electron',
    check: async ({ page }) =>
      equal(
        await page.evaluate(
          `[Object.keys(window.kernelscope).sort(), Object.keys(window).filter((name) => /electron|ipc/i.test(name))]`,
        ),
        [bridge, []],
      ),
  },
]
