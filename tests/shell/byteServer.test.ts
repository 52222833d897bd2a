import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { askForBytes, type ByteServer } from '../../src/main/byteServer.ts'
import { Engine } from '../../src/main/engine.ts'

const fixture = fileURLToPath(new URL('./fixtures/engine.ts', import.meta.url))
const engine = new Engine({ node: process.execPath, args: [fixture] })
let server: ByteServer = null

beforeAll(async () => {
  engine.start()
  const [ready] = await once(engine, 'ready')
  server = ready
})
afterAll(() => engine.stop())

const ask = (address: string, to = server, init: RequestInit = {}) =>
  askForBytes(to, new Request(`app://kernelscope${address}`, init))

describe('bytes of the engine', () => {
  it('come by path and query, with their type and without foreign headers', async () => {
    const answer = await ask('/bytes/thumbnail/7?size=96')
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('bytes of /bytes/thumbnail/7?size=96')
    expect(answer.headers.get('content-type')).toBe('image/png')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect(answer.headers.get('set-cookie')).toBeNull()
  })

  it('need the token that only the shell knows', async () => {
    const wrong = server && { ...server, token: 'guessed' }
    expect((await ask('/bytes/thumbnail/7', wrong)).status).toBe(401)
  })

  it('are read, never written', async () => {
    expect((await ask('/bytes/thumbnail/7', server, { method: 'POST', body: 'x' })).status).toBe(405)
  })

  it('fail softly while the engine is down', async () => {
    expect((await ask('/bytes/thumbnail/7', null)).status).toBe(503)
    expect((await ask('/bytes/thumbnail/7', { socket: '/tmp/no-such.sock', token: '' })).status).toBe(502)
  })
})
