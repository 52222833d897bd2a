import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { engineIs, openApp, tellOfFailure, type App } from './app.ts'

let shown: App
const heard: string[] = []
const server = createServer((request, response) => {
  heard.push(request.url ?? '')
  response.setHeader('access-control-allow-origin', '*')
  response.end('leaked')
})
let remote = ''

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  remote = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  shown = await openApp()
})
afterAll(async () => {
  await shown.close()
  server.close()
})

afterEach(({ task }) => tellOfFailure(shown, task))

describe('the window', () => {
  it('opens on its own address with a title and no error', async () => {
    const { page, complaints } = shown
    expect(page.url()).toMatch(/^app:\/\/kernelscope\//)
    expect(await page.title()).toContain('Kernelscope')
    await engineIs(page, 'ready')
    expect(complaints).toEqual([])
  })

  it('has a page without Node', async () => {
    const seen = await shown.page.evaluate(() => ({
      require: typeof window.require,
      process: typeof window.process,
      bridge: Object.keys(window.kernelscope).sort(),
    }))
    expect(seen.require).toBe('undefined')
    expect(seen.process).toBe('undefined')
    expect(seen.bridge).toContain('connect')
  })

  it('runs no script that is not one of its own files', async () => {
    const ran = await shown.page.evaluate(() => {
      const script = document.createElement('script')
      script.textContent = 'window.injected = true'
      document.head.append(script)
      return 'injected' in window
    })
    expect(ran).toBe(false)
  })
})

describe('a page that sends what is no message', () => {
  it('ends neither the shell nor the engine', async () => {
    const { page, complaints } = shown
    const before = [...complaints]
    await page.evaluate(async () => {
      const port = new Promise<MessagePort | undefined>((resolve) => {
        window.addEventListener('message', ({ data, ports }) => {
          if (data === 'kernelscope:port') resolve(ports[0])
        })
      })
      window.kernelscope.connect()
      const given = await port
      const texts = ['', '{', 'null', '[]', '{"i":"1"}', '{"i":"1","p":null}', '{"i":"1","p":{"u":"::"}}']
      const values = [
        null,
        undefined,
        7,
        1e12,
        {},
        [],
        2n ** 70n,
        new Map(),
        new ArrayBuffer(3),
        new Blob(['a']),
      ]
      for (const value of [...texts, ...values]) given?.postMessage(value)
      const { setProgress, notify, showInFolder, openFiles } = window.kernelscope
      for (const call of [setProgress, notify, showInFolder, openFiles]) {
        for (const value of [undefined, null, NaN, -1, '', '\0', {}, [], 2n]) {
          // The page is not bound to the types.
          const answer: unknown = Reflect.apply(call, undefined, [value, value])
          if (answer instanceof Promise) await answer.catch(() => undefined)
        }
      }
    })
    await page.reload()
    await engineIs(page, 'ready')
    const log = await shown.app.evaluate(({ app }) => app.getPath('userData'))
    expect(readdirSync(join(log, 'logs')).filter((name) => name.startsWith('crash-'))).toEqual([])
    expect(complaints).toEqual(before)
  })
})

describe('nothing leaves the machine', () => {
  it('when the page requests by fetch, picture, beacon or socket', async () => {
    const results = await shown.page.evaluate(async (address) => {
      const failed = (work: Promise<unknown>) =>
        work.then(
          () => 'passed',
          () => 'refused',
        )
      const picture = (src: string) =>
        new Promise((resolve, reject) => {
          const image = new Image()
          image.onload = resolve
          image.onerror = reject
          image.src = src
        })
      const socket = new Promise((resolve, reject) => {
        try {
          const open = new WebSocket(address.replace('http', 'ws'))
          open.onopen = resolve
          open.onerror = reject
        } catch (error) {
          reject(error as Error)
        }
      })
      navigator.sendBeacon(`${address}/beacon`, 'x')
      return {
        fetch: await failed(fetch(`${address}/fetch`)),
        name: await failed(fetch('http://example.com/')),
        picture: await failed(picture(`${address}/picture.png`)),
        https: await failed(picture('https://example.com/picture.png')),
        socket: await failed(socket),
      }
    }, remote)
    expect(new Set(Object.values(results))).toEqual(new Set(['refused']))
    expect(heard).toEqual([])
  })

  it('even when the content security policy does not prevent it', async () => {
    const outcome = await shown.app.evaluate(async ({ session, net }, address) => {
      const other = session.fromPartition('other').fetch(`${address}/other`)
      const work = [`${address}/shell`, 'http://example.com/'].map((url) =>
        net.fetch(url).then(
          () => 'passed',
          (error: Error) => error.message,
        ),
      )
      const hidden = session.defaultSession.fetch(`${address}/session`).then(
        () => 'passed',
        (error: Error) => error.message,
      )
      const refused = other.then(
        () => 'passed',
        (error: Error) => error.message,
      )
      return Promise.all([...work, hidden, refused])
    }, remote)
    expect(outcome).toEqual(Array(4).fill('net::ERR_BLOCKED_BY_CLIENT'))
    expect(heard).toEqual([])
  })
})

describe('the page stays where it is', () => {
  it('opens no window', async () => {
    const opened = await shown.page.evaluate(
      (address) => [window.open('about:blank'), window.open(address), window.open(location.href)],
      remote,
    )
    expect(opened).toEqual([null, null, null])
    expect(shown.app.windows()).toHaveLength(1)
  })

  it('does not navigate away', async () => {
    await shown.page.waitForURL(/#\/welcome/)
    const before = shown.page.url()
    const targets = [
      remote,
      'https://example.com/',
      'file:///etc/passwd',
      'app://elsewhere/',
      'app://kernelscope/bytes/thumbnail/1',
      'app://kernelscope/favicon.svg',
      'app://kernelscope/index.html.svg',
      'data:text/html,x',
      'blob:app://kernelscope/x',
    ]
    for (const target of targets) {
      await shown.page.evaluate((address) => {
        location.href = address
      }, target)
      await shown.page.waitForTimeout(100)
      expect(shown.page.url()).toBe(before)
    }
    expect(heard).toEqual([])
  })

  it('comes back from about:blank', async () => {
    const { page } = shown
    const back = page.waitForEvent('framenavigated', (frame) => frame.url().startsWith('app://kernelscope/'))
    await page.evaluate(() => {
      location.href = 'about:blank'
    })
    await back
    await page.getByRole('heading', { level: 1 }).first().waitFor()
  })

  it('is denied camera, location and notifications', async () => {
    const answers = await shown.page.evaluate(async () => {
      const camera = navigator.mediaDevices.getUserMedia({ video: true }).then(
        () => 'granted',
        (error: Error) => error.name,
      )
      const where = new Promise<string>((resolve) =>
        navigator.geolocation.getCurrentPosition(
          () => resolve('granted'),
          () => resolve('denied'),
        ),
      )
      return [await camera, await where, await Notification.requestPermission()]
    })
    expect(answers[0]).not.toBe('granted')
    expect(answers.slice(1)).toEqual(['denied', 'denied'])
  })
})

describe('the app scheme', () => {
  it('serves only the page and bytes', async () => {
    const status = await shown.page.evaluate(
      async (paths) => {
        const answers = await Promise.all(paths.map((address) => fetch(address)))
        return answers.map((answer) => answer.status)
      },
      ['/index.html', '/..%2f..%2fpackage.json', '/..%2fmain%2findex.js', '/bytes/thumbnail/999999999'],
    )
    expect(status.slice(0, 3)).toEqual([200, 404, 404])
    expect(status[3]).not.toBe(200)
  })

  it('says with every answer that its type is not to be guessed, and what it may do', async () => {
    const answers = await shown.page.evaluate(
      async (paths) =>
        Promise.all(
          paths.map(async (address) => {
            const { headers } = await fetch(address)
            return [headers.get('x-content-type-options'), headers.get('content-security-policy')]
          }),
        ),
      ['/', '/nothing', '/bytes/thumbnail/999999999', '/bytes/%00'],
    )
    for (const [guess, policy] of answers) {
      expect(guess).toBe('nosniff')
      expect(policy).toContain("default-src 'none'")
    }
  })
})
