import { describe, expect, it } from 'vitest'
import { farHello, helloLine, HelloReader, WireFault } from '#shared/wire/index.ts'
import { answerWindow, linkWindow } from '#shared/wire/outbox.ts'
import { pair } from './pair.ts'

const request = (i: number, text = '') => JSON.stringify({ i: String(i), p: text })
const large = 'é'.repeat(2 ** 21)

describe('RPC messages', () => {
  it('arrive as they were sent, however the stream is cut', async () => {
    const { near, seen, run } = pair({ answer: (_port, data) => [data], piece: 1000 })
    const sent = [request(1, 'a'), request(2, large), request(3, '')]
    near.connect(7)
    for (const data of sent) near.rpc(7, data)
    await run()
    expect(seen.map(({ port }) => port)).toEqual([7, 7, 7])
    expect(seen.map(({ data }) => data).toSorted()).toEqual(sent.toSorted())
  })

  it('do not wait behind a large answer', async () => {
    const { near, seen, run, step, arrived } = pair({
      answer: (_port, data) => [data === request(1) ? request(1, large) : data],
    })
    near.connect(1)
    near.rpc(1, request(1))
    while (arrived() === 0) await step()
    near.rpc(1, request(2))
    const before = arrived()
    while (seen.length === 0) await step()
    expect(seen[0]?.data).toBe(request(2))
    // What was on its way already, and one part more.
    expect(arrived() - before).toBeLessThan(linkWindow + 2 ** 17)
    await run()
    expect(seen[1]?.data).toBe(request(1, large))
  })

  it('that are short come while as much of long ones is on its way as may be', async () => {
    const { near, far, toFar, toNear, seen } = pair({
      answer: (_port, data) => [data === request(1) ? request(1, large) : data],
    })
    /** Moves what was asked, but not that anything has arrived. */
    const ask = (data: string) => {
      near.rpc(1, data)
      const frame = toFar.pop()
      if (frame) far.take(frame)
      for (const part of toNear.splice(0)) near.take(part)
    }
    ask(request(1))
    expect(seen).toEqual([])
    ask(request(2))
    expect(seen.map(({ data }) => data)).toEqual([request(2)])
  })

  it('of one request keep their order', async () => {
    const events = [request(5, large), request(5, 'second'), request(5, 'third')]
    const { near, seen, run } = pair({ answer: () => events })
    near.connect(1)
    near.rpc(1, request(5))
    await run()
    expect(seen.map(({ data }) => data)).toEqual(events)
  })

  it('that are long never have more than the window on their way', async () => {
    const { near, toNear, seen, step } = pair({ answer: () => [1, 2, 3].map((i) => request(i, large)) })
    near.rpc(1, request(0))
    let most = 0
    do {
      most = Math.max(
        most,
        toNear.reduce((sum, { length }) => sum + length, 0),
      )
    } while (await step())
    expect(seen).toHaveLength(3)
    expect(most).toBeGreaterThan(linkWindow / 2)
    expect(most).toBeLessThan(linkWindow + 2 ** 12)
  })
})

describe('bytes by address', () => {
  const picture = new Uint8Array(2 ** 21).map((_, i) => i % 251)
  const read = async (body: AsyncIterable<Uint8Array>) => {
    const parts: Uint8Array[] = []
    for await (const part of body) parts.push(part)
    return Buffer.concat(parts)
  }

  it('are answered with status and headers', async () => {
    const { near, run } = pair({
      bytes: () => ({ status: 200, headers: { 'content-type': 'image/png' }, bytes: picture }),
    })
    const asked = near.ask('/bytes/image/1')
    await run()
    const answer = await asked
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'image/png' } })
    const body = read(answer!.body)
    for (let i = 0; i < 200; i++) await run()
    expect(Buffer.compare(await body, Buffer.from(picture))).toBe(0)
  })

  it('that nobody reads stop coming, and hold up nothing', async () => {
    const { near, run, arrived } = pair({
      bytes: (address) => ({
        status: 200,
        headers: {},
        bytes: address === 'large' ? picture : new Uint8Array(10),
      }),
    })
    for (let i = 0; i < 20; i++) void near.ask('large')
    await run()
    expect(arrived()).toBeGreaterThan(20 * answerWindow)
    expect(arrived()).toBeLessThan(20 * answerWindow + 2 ** 14)
    const other = near.ask('small')
    await run()
    expect((await other)?.status).toBe(200)
  })

  it('that are given up are not made and not sent', async () => {
    let made: AbortSignal | undefined
    const { near, run, toFar } = pair({
      bytes: (_address, signal) => {
        made = signal
        return new Promise(() => undefined)
      },
    })
    const stop = new AbortController()
    const asked = near.ask('/bytes/image/1', stop.signal)
    await run()
    stop.abort()
    expect(await asked).toBeNull()
    expect(toFar).toHaveLength(1)
    await run()
    expect(made?.aborted).toBe(true)
  })

  it('fail where the stream ends', async () => {
    const { near, run } = pair({ bytes: () => ({ status: 200, headers: {}, bytes: picture }) })
    const [begun, unasked] = [near.ask('a'), near.ask('b')]
    await run()
    const body = read((await begun)!.body)
    near.close()
    await expect(body).rejects.toThrow('broken off')
    expect((await unasked)?.status).toBe(200)
    expect(await near.ask('c')).toBeNull()
  })
})

describe('the first line', () => {
  const hello = { version: '1.2.3', platform: 'linux-x64', home: '/home/é', workspace: null }
  const bytes = (text: string) => new TextEncoder().encode(text)

  it('is found behind what a login shell prints, however it is cut', () => {
    const stream = bytes(`Welcome to lab!\nü${helloLine(hello)}rest`)
    for (const piece of [1, 7, 1000]) {
      const reader = new HelloReader(farHello)
      let found: ReturnType<typeof reader.read> = null
      let at = 0
      for (; found === null; at += piece) found = reader.read(stream.subarray(at, at + piece))
      expect(found.hello).toEqual(hello)
      const rest = Buffer.concat([found.rest, stream.subarray(at)])
      expect(rest.toString()).toBe('rest')
    }
  })

  it('is missed where too much comes before it, or it says something else', () => {
    const reader = new HelloReader(farHello)
    expect(() => reader.read(new Uint8Array(2 ** 17))).toThrow(WireFault)
    expect(() => new HelloReader(farHello).read(bytes('\nkernelscope:stdio:1 {"version":1}\n'))).toThrow(
      WireFault,
    )
  })
})
