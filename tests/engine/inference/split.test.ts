import { describe, expect, it } from 'vitest'
import { fastestSplit, splitsOf, timeSplits, type Session, type Split } from '#engine/inference/index.ts'
import { sessionsThatFit } from '#engine/inference/split.ts'

describe('splits of threads into sessions', () => {
  it('are two sessions, four, eight, … with the threads that are left for each', () => {
    expect(splitsOf(1)).toEqual([])
    expect(splitsOf(2)).toEqual([{ sessions: 2, threads: 1 }])
    expect(splitsOf(12)).toEqual([
      { sessions: 2, threads: 6 },
      { sessions: 4, threads: 3 },
      { sessions: 8, threads: 1 },
    ])
  })

  it('take at most half of the memory that is available beside the first session', () => {
    expect(sessionsThatFit(8, 100, 10_000)).toBe(8)
    expect(sessionsThatFit(8, 100, 650)).toBe(4)
    expect(sessionsThatFit(8, 100, 150)).toBe(1)
    expect(sessionsThatFit(8, -5, 1e9)).toBe(8)
  })
})

/** Sessions that take `milliseconds` a call by their threads. Where `differs` says so, their outputs differ. */
function trial(
  milliseconds: (threads: number) => number,
  differs: (threads: number) => boolean = () => false,
) {
  const opened: number[] = []
  let open = 0
  const session = (threads: number): Session => ({
    request: {
      ...{ path: 'net.onnx', input: 'x', output: 'y', height: 2, width: 2, classes: 2, probabilities: false },
      ...{ provider: 'cpu', threads, pixelType: 'uint8' },
    },
    ended: false,
    run: () => Promise.reject(new Error('not asked for')),
    outputs: async (_, rows) => {
      await new Promise((done) => setTimeout(done, milliseconds(threads)))
      const outputs = new Float32Array(2 * rows).fill(differs(threads) ? 1 + 2 ** -23 : 1)
      return { outputs, milliseconds: milliseconds(threads) }
    },
    close: () => Promise.resolve(void open--),
  })
  return {
    opened,
    stillOpen: () => open,
    batch: 2,
    outputs: async (one: Session, rows: number) =>
      (await one.outputs({ pixels: new SharedArrayBuffer(0), first: 0, batch: 2 }, rows)).outputs,
    open: (threads: number) => {
      opened.push(threads)
      open++
      return Promise.resolve(session(threads))
    },
  }
}

const wanted = new Float32Array(4).fill(1)
const always = () => true

describe('a trial of splits', () => {
  it('opens the sessions of each, and closes them again', async () => {
    const one = trial(() => 20)
    const times = await timeSplits(splitsOf(2), one, wanted, always)
    expect(times).toEqual([{ sessions: 2, threads: 1, secondsPerImage: expect.any(Number), same: true }])
    expect([one.opened, one.stillOpen()]).toEqual([[1, 1], 0])
  })

  it('opens one session where its outputs differ in the last bit, and never chooses that split', async () => {
    const one = trial(
      () => 0,
      (threads) => threads === 2,
    )
    const times = await timeSplits(splitsOf(4), one, wanted, always)
    expect(times.map(({ sessions, same }) => [sessions, same])).toEqual([
      [2, false],
      [4, true],
    ])
    expect([one.opened, one.stillOpen()]).toEqual([[2, 1, 1, 1, 1], 0])
    expect(fastestSplit(1, times)?.sessions).toBe(4)
    expect(fastestSplit(1, times.slice(0, 1))).toBeNull()
  })

  it('ends where going on costs too much', async () => {
    const one = trial(() => 0)
    const cheap = ({ sessions }: Split) => sessions < 4
    expect((await timeSplits(splitsOf(8), one, wanted, cheap)).map(({ sessions }) => sessions)).toEqual([2])
  })

  it('chooses the fastest that beats one session by 5 %', () => {
    const time = (sessions: number, secondsPerImage: number) => ({
      ...{ sessions, threads: 1, secondsPerImage },
      same: true,
    })
    expect(fastestSplit(1, [time(2, 0.96)])).toBeNull()
    expect(fastestSplit(1, [time(2, 0.9), time(4, 0.8), time(8, 0.85)])?.sessions).toBe(4)
  })
})
