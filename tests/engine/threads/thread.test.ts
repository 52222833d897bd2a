import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { Lanes } from '#engine/threads/lanes.ts'
import { deathDetails, deathText, Thread, type ThreadOptions } from '#engine/threads/thread.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { Results, Task } from './asked.worker.ts'

const entry = new URL('./asked.worker.ts', import.meta.url)
let thread: Thread<Task, Results>
const start = (more: Partial<ThreadOptions<Task>> = {}) =>
  (thread = new Thread<Task, Results>({
    name: 'images',
    entry,
    lost: ({ kind }, death) =>
      new KernelscopeError('INTERNAL', `${kind} is lost`, {
        hint: `${deathText('it', death)}, ${death.oldest ? 'oldest' : 'another'}`,
        details: deathDetails(death),
      }),
    ...more,
  }))
afterEach(() => thread.close())

describe('a thread', () => {
  it('gives each task its own answer, in any order of the answers', async () => {
    start()
    const order: number[] = []
    const note = (value: number) => void order.push(value)
    const late = thread.ask({ kind: 'double', value: 1, after: 'release' }).then(note)
    await thread.ask({ kind: 'double', value: 2 }).then(note)
    await thread.ask({ kind: 'release' })
    await late
    expect(order).toEqual([4, 2])
  })

  it('passes on errors with code, message, hint and details', async () => {
    start()
    const refused = thread.ask({ kind: 'fail' })
    await expect(refused).rejects.toBeInstanceOf(KernelscopeError)
    await expect(refused).rejects.toMatchObject({
      code: 'USAGE',
      message: 'not like this',
      hint: 'Like that.',
      details: 'in full',
    })
  })

  it('reports an answer that cannot be sent, and answers later tasks', async () => {
    start()
    await expect(thread.ask({ kind: 'send', what: 'function' })).rejects.toMatchObject({ code: 'INTERNAL' })
    expect(await thread.ask({ kind: 'double', value: 3 })).toBe(6)
  })

  it('rejects waiting tasks when it dies, the oldest first, and starts again', async () => {
    start()
    const first = await thread.ask({ kind: 'thread' })
    const [waited, fatal] = await Promise.allSettled([
      thread.ask({ kind: 'untilStopped' }),
      thread.ask({ kind: 'exit' }),
    ])
    expect(waited).toMatchObject({
      reason: { message: 'untilStopped is lost', hint: 'it ended, oldest', details: 'exit code 7' },
    })
    expect(fatal).toMatchObject({
      reason: { message: 'exit is lost', hint: 'it ended, another', details: 'exit code 7' },
    })
    expect(thread.ended).toBe(false)
    expect(await thread.ask({ kind: 'thread' })).not.toBe(first)
  })

  it('reports why it ended', async () => {
    start()
    await expect(thread.ask({ kind: 'throw' })).rejects.toMatchObject({
      hint: 'it died: Error: a fault, oldest',
      details: expect.stringContaining('asked.worker.ts'),
    })
  })

  it('does not start again where it runs only once', async () => {
    start({ once: true })
    await expect(thread.ask({ kind: 'throw' })).rejects.toThrow('throw is lost')
    expect(thread.ended).toBe(true)
    await expect(thread.ask({ kind: 'thread' })).rejects.toMatchObject({
      hint: 'it died: Error: a fault, another',
    })
  })

  it('passes on that an answer is no longer needed', async () => {
    start()
    const stop = new AbortController()
    const answer = thread.ask({ kind: 'untilStopped' }, stop.signal)
    await thread.ask({ kind: 'thread' })
    stop.abort()
    expect(await answer).toBe('stopped')
    expect(await thread.ask({ kind: 'untilStopped' }, stop.signal)).toBe('stopped')
  })

  it('answers earlier tasks before it closes, and none after', async () => {
    start()
    const answers = [thread.ask({ kind: 'untilStopped' }), thread.ask({ kind: 'double', value: 4 })]
    const closed = [thread.close(), thread.close()]
    await expect(thread.ask({ kind: 'thread' })).rejects.toThrow('thread is lost')
    expect(await Promise.all(answers)).toEqual(['stopped', 8])
    await Promise.all(closed)
    expect(thread.ended).toBe(true)
  })

  it('closes without having started', async () => {
    start()
    await thread.close()
    await expect(thread.ask({ kind: 'thread' })).rejects.toThrow('thread is lost')
  })

  it('ends when it has no tasks, and starts again', async () => {
    start({ idleMs: 0 })
    const first = await thread.ask({ kind: 'thread' })
    await expect.poll(() => thread.ask({ kind: 'thread' })).not.toBe(first)
  })

  it('keeps its process alive only while it has tasks', async () => {
    start()
    const { stdout } = await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'alone.ts')])
    expect(stdout).toBe('42')
  })
})

describe('lanes', () => {
  const start = (blockedMs: number, stoppedMs: number) => {
    const shared = {}
    const lanes = new Lanes<Task, Results>({
      name: 'browse',
      lanes: { quick: shared, slow: shared },
      laneOf: ({ kind }) => (kind === 'double' ? 'slow' : 'quick'),
      inSteps: ['slow'],
      test: { entry, blockedMs, stoppedMs },
    })
    onTestFinished(() => lanes.close())
    return lanes
  }

  it('refuse a request that blocks their thread, and answer the others in another one', async () => {
    const lanes = start(1000, 60_000)
    const slow = lanes.ask({ kind: 'double', value: 1, after: 'release' })
    await expect(lanes.ask({ kind: 'block' })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: 'the answer (block) takes more than 1 s',
    })
    await lanes.ask({ kind: 'release' })
    expect(await slow).toBe(2)
  })

  it('let a long request that works in steps go on, and end a cancelled one that does not stop', async () => {
    const lanes = start(1200, 50)
    const slow = lanes.ask({ kind: 'double', value: 2, after: 'release' })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const stop = new AbortController()
    const blocked = lanes.ask({ kind: 'block' }, stop.signal)
    stop.abort()
    await expect(blocked).rejects.toMatchObject({ code: 'CANCELLED' })
    await lanes.ask({ kind: 'release' })
    expect(await slow).toBe(4)
  })
})

describe('a thread that is watched', () => {
  const watch = (blockedMs: number) => ({
    blockedMs,
    blocked: ({ kind }: Task) => new Error(`${kind} takes too long`),
    stoppedMs: 20,
    stopped: ({ kind }: Task) => new Error(`${kind} was stopped`),
  })

  it('gives up a task that blocks it, and answers those that wait behind it in another worker', async () => {
    start({ watch: watch(1000) })
    const first = await thread.ask({ kind: 'thread' })
    const blocked = thread.ask({ kind: 'block' })
    const behind = thread.ask({ kind: 'double', value: 4 })
    await expect(blocked).rejects.toThrow('block takes too long')
    expect(await behind).toBe(8)
    expect(await thread.ask({ kind: 'thread' })).not.toBe(first)
  })

  it('gives up a blocking task at once when its answer is no longer needed', async () => {
    start({ watch: watch(100_000) })
    const stop = new AbortController()
    const stopped = thread.ask({ kind: 'block' }, stop.signal)
    const behind = thread.ask({ kind: 'double', value: 5 })
    stop.abort()
    await expect(stopped).rejects.toThrow('block was stopped')
    expect(await behind).toBe(10)
  })

  it('does not end its work for a task that only waits', async () => {
    start({ watch: watch(100_000) })
    const first = thread.ask({ kind: 'double', value: 1, after: 'release' })
    const stop = new AbortController()
    const waiting = thread.ask({ kind: 'double', value: 2, after: 'release' }, stop.signal)
    stop.abort()
    await expect(waiting).rejects.toThrow('double was stopped')
    await thread.ask({ kind: 'release' })
    expect(await first).toBe(2)
  })

  it('dies, and not the process, where a task takes more memory than it may', async () => {
    start({ limits: { maxOldGenerationSizeMb: 16 } })
    await expect(thread.ask({ kind: 'hoard' })).rejects.toMatchObject({
      details: expect.stringContaining('JS heap out of memory'),
    })
    expect(await thread.ask({ kind: 'double', value: 6 })).toBe(12)
  })

  it('gives up what blocks it and not what runs beside it in steps', async () => {
    start({ watch: { ...watch(1000), blocks: ({ kind }) => kind !== 'double' } })
    const beside = thread.ask({ kind: 'double', value: 8, after: 'release' })
    await expect(thread.ask({ kind: 'block' })).rejects.toThrow('block takes too long')
    await thread.ask({ kind: 'release' })
    expect(await beside).toBe(16)
  })

  it('lets a long task go on that pauses now and then', async () => {
    start({ watch: watch(1200) })
    const long = thread.ask({ kind: 'double', value: 7, after: 'release' })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await thread.ask({ kind: 'release' })
    expect(await long).toBe(14)
  })
})
