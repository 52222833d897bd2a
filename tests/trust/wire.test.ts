import { expect, it } from 'vitest'
import { FarEnd } from '#engine/serve/farEnd.ts'
import { generator, type Generator } from '#shared/random.ts'
import {
  encodeFrame,
  farHello,
  helloLine,
  HelloReader,
  numberPayload,
  WireFault,
} from '#shared/wire/index.ts'
import { frameKinds, longestPayload, type FrameKind } from '#shared/wire/frames.ts'
import { encodePart } from '#shared/wire/rpcParts.ts'
import { answerWindow } from '#shared/wire/outbox.ts'
import { NearEnd } from '../../src/remote/nearEnd.ts'
import { damaged } from './fuzz/damage.ts'
import { rounds, seed } from './fuzz/rounds.ts'

const count = 4000
const kinds = Object.keys(frameKinds) as FrameKind[]
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value))
const pick = <T>(random: Generator, values: readonly T[]): T => values[random.integer(values.length)]!

/** A frame that either side could send, or nearly. */
function anyFrame(random: Generator): Uint8Array {
  const kind = pick(random, kinds)
  const id = pick(random, [0, 1, 2, 3, random.integer(2 ** 31), 2 ** 32 - 1])
  const length = pick(random, [0, 1, 4, 5, 100, longestPayload])
  const payloads: (() => Uint8Array)[] = [
    () => new Uint8Array(length).map(() => random.integer(256)),
    () => numberPayload(pick(random, [0, 1, 2 ** 16, 2 ** 32 - 1])),
    () =>
      encodePart({
        port: random.integer(3),
        last: random.integer(2) === 0,
        counted: random.integer(2) === 0,
        bytes: new Uint8Array(Math.max(0, length - 5)),
      }),
    () =>
      bytes({ status: pick(random, [200, 404, 99, -1, '200']), headers: { 'content-type': 'image/png' } }),
    () => bytes({ status: 200, headers: { [pick(random, ['a', '__proto__', 'A\n'])]: 'x\r\ny: z' } }),
    () => bytes({ code: pick(random, ['DISK_FULL', 'NONE']), message: 'x', hint: 'y', details: 'z' }),
    () => new TextEncoder().encode(pick(random, ['/bytes/image/1', '', '\0', '../..'])),
  ]
  return encodeFrame(kind, id, pick(random, payloads)())
}

/** A stream of frames; now and then damaged, or of bytes that are none. */
function anyStream(random: Generator): Uint8Array[] {
  const frames = Array.from({ length: 1 + random.integer(12) }, () => anyFrame(random))
  const odd = random.integer(4)
  if (odd === 0) return frames.map((frame) => damaged(random, frame))
  if (odd === 1) frames.push(new Uint8Array(random.integer(3000)).map(() => random.integer(256)))
  return frames
}

/** Gives a stream to an end until it is at fault. Any other error fails the test. */
function give(stream: readonly Uint8Array[], random: Generator, take: (piece: Uint8Array) => void): boolean {
  try {
    for (const part of stream)
      for (let at = 0; at < part.length;) {
        const length = random.integer(2) === 0 ? part.length : 1 + random.integer(40_000)
        take(part.subarray(at, at + length))
        at += length
      }
    return false
  } catch (error) {
    if (!(error instanceof WireFault)) throw error
    return true
  }
}

it(
  `${count} damaged streams end neither side, and get nothing of it`,
  { timeout: rounds * 60_000 },
  async () => {
    const random = generator('wire', seed)
    let faults = 0
    for (let at = 0; at < count * rounds; at++) {
      const written: Uint8Array[] = []
      const near = new NearEnd({
        write: (part) => written.push(part) > 0,
        rpc: (port, data) => void expect([typeof port, typeof data]).toEqual(['number', 'string']),
        fatal: ({ message }) => void expect(message).toBeTypeOf('string'),
        place: () => undefined,
        pong: () => undefined,
      })
      const answers = [near.ask('/bytes/image/1'), near.ask('/bytes/image/2')]
      if (give(anyStream(random), random, (piece) => near.take(piece))) faults += 1
      // It answers pings and tells what has arrived; nothing a far end sends makes it send more than that.
      const sent = written.reduce((sum, { length }) => sum + length, 0)
      expect(sent).toBeLessThan(2000)
      near.close()
      for (const answer of await Promise.all(answers)) {
        if (answer === null) continue
        expect(answer.status).toBeGreaterThanOrEqual(200)
        expect(JSON.stringify(answer.headers)).not.toMatch(/\\[rn]/)
        let read = 0
        const all = async () => {
          for await (const part of answer.body) read += part.length
        }
        await all().catch(() => undefined)
        expect(read).toBeLessThanOrEqual(answerWindow)
      }

      const asked: string[] = []
      const far = new FarEnd({
        write: () => true,
        ports: () => ({
          connect: () => undefined,
          disconnect: () => undefined,
          take: () => undefined,
          close: () => undefined,
        }),
        bytes: async (address) => {
          asked.push(address)
          return { status: 404, headers: {}, bytes: new Uint8Array(3) }
        },
        quit: () => undefined,
        stuck: () => undefined,
      })
      if (give(anyStream(random), random, (piece) => far.take(piece))) faults += 1
      far.close()
    }
    // Both happen often: streams that are refused, and streams that are read to their end.
    expect(faults).toBeGreaterThan(count * rounds * 0.5)
    expect(faults).toBeLessThan(count * rounds * 1.95)
  },
)

/** A near end that passes nothing on. */
const quiet = () =>
  new NearEnd({
    write: () => true,
    rpc: () => undefined,
    fatal: () => undefined,
    place: () => undefined,
    pong: () => undefined,
  })

it('messages without end are refused before they fill the memory', () => {
  const near = quiet()
  const part = (id: number, length: number) =>
    encodeFrame('rpc', id, encodePart({ port: 1, last: false, counted: true, bytes: new Uint8Array(length) }))
  const flood = () => {
    for (let id = 1; id < 1e6; id++) near.take(part(id, 1))
  }
  expect(flood).toThrow('too many unfinished messages')
  const endless = () => {
    for (let at = 0; at < 1e6; at++) near.take(part(1, 60_000))
  }
  expect(endless).toThrow('a message without end')
})

it('a frame that claims more than it may have is refused at its head', () => {
  const head = encodeFrame('rpc', 1, new Uint8Array(4)).slice(0, 9)
  new DataView(head.buffer).setUint32(5, longestPayload + 1)
  expect(() => quiet().take(head)).toThrow('a frame of 65537 bytes')
})

it('an answer that nobody reads may not have more bytes than were allowed', () => {
  const near = quiet()
  void near.ask('/bytes/image/1')
  near.take(encodeFrame('head', 1, bytes({ status: 200, headers: {} })))
  const part = encodeFrame('body', 1, new Uint8Array(longestPayload))
  for (let sent = 0; sent < answerWindow; sent += longestPayload) near.take(part)
  expect(() => near.take(part)).toThrow('more bytes of an answer than were allowed')
})

it('damaged first lines are refused or read', () => {
  const random = generator('hello', seed)
  const line = new TextEncoder().encode(
    helloLine({ version: '1.0.0', platform: 'linux-x64', home: '/root', workspace: '/data/é' }),
  )
  let read = 0
  for (let at = 0; at < count; at++) {
    const reader = new HelloReader(farHello)
    give([damaged(random, line)], random, (piece) => {
      if (reader.read(piece)) read += 1
    })
  }
  expect(read).toBeGreaterThan(0)
  expect(read).toBeLessThan(count)
})
