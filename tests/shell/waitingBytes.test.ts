import { describe, expect, it } from 'vitest'
import { WaitingBytes } from '../../src/main/waitingBytes.ts'

describe('a request for bytes', () => {
  const begin = (waiting: WaitingBytes, address: string) => {
    const answer = Promise.withResolvers<string>()
    const asked = { signal: new AbortController().signal, answer, over: Promise.resolve('') }
    asked.over = waiting.during(address, (signal) => {
      asked.signal = signal
      return answer.promise
    })
    return asked
  }

  it('is told that it was given up before its answer', () => {
    const waiting = new WaitingBytes()
    const [one, other] = [begin(waiting, '/bytes/1'), begin(waiting, '/bytes/2')]
    waiting.givenUp('/bytes/1')
    expect([one.signal.aborted, other.signal.aborted]).toEqual([true, false])
    expect(begin(waiting, '/bytes/1').signal.aborted).toBe(false)
  })

  it('goes on while another one of the same address waits', () => {
    const waiting = new WaitingBytes()
    const [one, other] = [begin(waiting, '/bytes/1'), begin(waiting, '/bytes/1')]
    waiting.givenUp('/bytes/1')
    expect([one.signal.aborted, other.signal.aborted]).toEqual([false, false])
    waiting.givenUp('/bytes/1')
    expect([one.signal.aborted, other.signal.aborted]).toEqual([true, true])
  })

  it('is over with its answer', async () => {
    const waiting = new WaitingBytes()
    const first = begin(waiting, '/bytes/1')
    first.answer.resolve('picture')
    expect(await first.over).toBe('picture')
    const next = begin(waiting, '/bytes/1')
    expect([first.signal.aborted, next.signal.aborted]).toEqual([false, false])
    waiting.givenUp('/bytes/2')
    expect(next.signal.aborted).toBe(false)
  })
})
