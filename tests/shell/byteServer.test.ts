import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askForBytes, type ByteServer } from '../../src/main/byteServer.ts'
import { Engine } from '../../src/main/engine.ts'

const fixture = fileURLToPath(new URL('./fixtures/engine.ts', import.meta.url))
const engine = new Engine({ node: process.execPath, args: [fixture], env: process.env })
let server: ByteServer = null

beforeAll(async () => {
  engine.start()
  const [ready] = await once(engine, 'ready')
  server = ready
})
afterAll(() => engine.stop())

const ask = (address: string, to = server, init: RequestInit = {}) =>
  askForBytes(() => Promise.resolve(to), new Request(`app://kernelscope${address}`, init))

describe('bytes of the engine', () => {
  it('are answered by path and query, with their type and without other headers', async () => {
    const answer = await ask('/bytes/thumbnail/7?size=96')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('bytes of /bytes/thumbnail/7?size=96')
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  it('need the token of the shell', async () => {
    const wrong = server && { ...server, token: 'guessed' }
    expect((await ask('/bytes/thumbnail/7', wrong)).status).toBe(401)
  })

  it('can be read, not written', async () => {
    expect((await ask('/bytes/thumbnail/7', server, { method: 'POST', body: 'x' })).status).toBe(405)
  })

  it('give an error status while the engine is down', async () => {
    expect((await ask('/bytes/thumbnail/7', null)).status).toBe(503)
  })

  it('are requested from the next engine where one dies before it answers', async () => {
    const dead = { socket: '/tmp/no-such.sock', token: 'dead' }
    const found = [dead, dead, dead, server]
    const find = () => Promise.resolve(found.shift() ?? null)
    const answer = await askForBytes(find, new Request('app://kernelscope/bytes/thumbnail/7'))
    expect([answer.status, await answer.text()]).toEqual([200, 'bytes of /bytes/thumbnail/7'])
    expect(found).toEqual([])
  })

  it('are requested once more where the engine is still running', async () => {
    const found = [server && { ...server, socket: '/tmp/no-such.sock' }, server]
    const find = () => Promise.resolve(found.shift() ?? null)
    const answer = await askForBytes(find, new Request('app://kernelscope/bytes/thumbnail/7'))
    expect([answer.status, found.length]).toEqual([200, 0])
  })

  it('are not requested again where the client has gone', async () => {
    const gone = new AbortController()
    let asked = 0
    const find = () => {
      asked++
      gone.abort()
      return Promise.resolve({ socket: '/tmp/no-such.sock', token: 'dead' })
    }
    const request = new Request('app://kernelscope/bytes/thumbnail/7', { signal: gone.signal })
    expect((await askForBytes(find, request)).status).toBe(503)
    expect(asked).toBe(1)
  })
})
