import { describe, expect, it } from 'vitest'
import { KernelscopeError } from '#shared/errors.ts'
import { nextTurn } from '#engine/base/nextTurn.ts'
import { callsInLanes, type ImageCall } from '#engine/studies/measure/imageCalls.ts'

const noMemory = () => new KernelscopeError('OUT_OF_MEMORY', 'no memory')

/** Images 0 to n - 1, whose first level is their number. All are the file of this test. */
const imagesOf = (n: number) =>
  Array.from({ length: n }, (_, at) => ({
    ...{ id: at, exampleId: at, path: import.meta.filename, root: null },
    ...{ digest: String(at), className: 'a', name: String(at) },
  }))

interface Run {
  images?: number
  sessions?: string[]
  most?: number
  fixed?: boolean
  crashes?: number
  compute?(images: number[], session: string): Promise<void>
}

/** Computes images in calls. Tells what was begun and ended by which session, and what was kept, in order. */
async function computed({ images = 16, sessions = ['a', 'b'], most = 4, ...rest }: Run) {
  const { fixed = false, crashes = 0, compute = () => nextTurn() } = rest
  const stop = new AbortController()
  const told: string[] = []
  const calls: { session: string; images: number[]; places: number }[] = []
  const kept: number[] = []
  const given: number[] = []
  const size = { most, fixed }
  const context = {
    pool: {
      load({ imageKey, transforms: [{ slot }] }: LoadAsked, target: SharedArrayBuffer) {
        new Uint8Array(target)[3 * slot] = Number(imageKey)
        return Promise.resolve()
      },
    },
    model: { preprocessing: { size: [1, 1] } },
    job: { signal: stop.signal, crashes, enterNative: () => undefined },
  }
  const lanes = { sessions: sessions.map((name) => ({ name, ended: false })), size, crashes }
  await callsInLanes(context as never, lanes as never, imagesOf(images) as never, {
    async compute({ name: session }: never, { images: part, floats, places }: ImageCall) {
      const numbers = part.map(({ id }) => id)
      expect(numbers.map((_, row) => Math.round(255 * (floats[3 * row] ?? NaN)))).toEqual(numbers)
      expect(floats).toHaveLength(3 * places)
      calls.push({ session, images: numbers, places })
      told.push(`begin ${numbers.join()}`)
      await compute(numbers, session)
      told.push(`end ${numbers.join()}`)
      return numbers
    },
    keep: ({ images: part }, numbers) => {
      expect(part.map(({ id }) => id)).toEqual(numbers)
      kept.push(...numbers)
    },
    giveUp: ({ id }) => void given.push(id),
  })
  return { told, calls, kept, given, size }
}

interface LoadAsked {
  imageKey: string
  transforms: [{ slot: number }]
}

const all = (n: number) => Array.from({ length: n }, (_, at) => at)

describe('images in calls of several sessions', () => {
  it('are computed by all sessions at once, and kept in their order', async () => {
    const other = Promise.withResolvers<void>()
    const { calls, told, kept } = await computed({
      // The first call ends after another has begun.
      compute: async ([first]) => {
        if (first === 0) await other.promise
        other.resolve()
        await nextTurn()
      },
    })
    expect(told.indexOf('end 0,1,2,3')).toBeGreaterThan(told.indexOf('begin 4,5,6,7'))
    expect(new Set(calls.map(({ session }) => session))).toEqual(new Set(['a', 'b']))
    expect(kept).toEqual(all(16))
  })

  it('have the calls that one session would have', async () => {
    const asked = async (run: Run) =>
      (await computed(run)).calls
        .map(({ images, places }) => ({ images, places }))
        .toSorted((a, b) => (a.images[0] ?? 0) - (b.images[0] ?? 0))
    for (const run of [{ images: 9 }, { images: 3, most: 1 }, { images: 6, fixed: true }])
      expect(await asked(run)).toEqual(await asked({ ...run, sessions: ['a'] }))
    expect((await asked({ images: 9 })).map(({ places }) => places)).toEqual([4, 4, 2])
    expect((await asked({ images: 6, fixed: true })).map(({ places }) => places)).toEqual([4, 4])
  })

  it('are computed again alone where memory does not suffice for two calls, and not halved', async () => {
    let running = 0
    const { kept, given, size } = await computed({
      async compute() {
        running++
        await nextTurn()
        const full = running > 1
        await nextTurn()
        running--
        if (full) throw noMemory()
      },
    })
    expect([kept, given, size.most]).toEqual([all(16), [], 4])
  })

  it('are halved where memory does not suffice for one call, and one that never fits is given up', async () => {
    const { kept, given, size } = await computed({
      async compute(images) {
        await nextTurn()
        if (images.length > 2 || images.includes(5)) throw noMemory()
      },
    })
    expect(kept).toEqual(all(16).filter((one) => one !== 5))
    expect(given).toEqual([5])
    expect(size.most).toBeLessThanOrEqual(2)
  })

  it('are begun by one call alone after a death of the engine, smaller after several', async () => {
    const { told, kept } = await computed({ crashes: 1 })
    expect(told.slice(0, 2)).toEqual(['begin 0,1,2,3', 'end 0,1,2,3'])
    expect(kept).toEqual(all(16))
    expect((await computed({ crashes: 3 })).told.slice(0, 5)).toEqual([
      ...['begin 0,1', 'end 0,1', 'begin 2,3', 'end 2,3'],
      'begin 4,5,6,7',
    ])
    expect((await computed({ crashes: 5 })).given).toEqual([0])
  })

  it('end with the error of a call that says nothing of its images', async () => {
    const failing = computed({
      compute: ([first]) => (first === 4 ? Promise.reject(new Error('a fault')) : nextTurn()),
    })
    await expect(failing).rejects.toThrow('a fault')
  })
})

it('when it is stopped, calls that were begun are kept, and no other is made', async () => {
  const stop = new AbortController()
  const [begun, kept]: [number[], number[]] = [[], []]
  const context = {
    pool: { load: () => Promise.resolve() },
    model: { preprocessing: { size: [1, 1] } },
    job: { signal: stop.signal, crashes: 0, enterNative: () => undefined },
  }
  const lanes = {
    sessions: [{ ended: false }, { ended: false }],
    size: { most: 4, fixed: false },
    crashes: 0,
  }
  await callsInLanes(context as never, lanes as never, imagesOf(64) as never, {
    async compute(_, { images }) {
      begun.push(...images.map(({ id }) => id))
      if (begun.length >= 8) stop.abort()
      await nextTurn()
      return null
    },
    keep: ({ images }) => void kept.push(...images.map(({ id }) => id)),
    giveUp: () => undefined,
  })
  expect(kept).toEqual(begun.toSorted((a, b) => a - b))
  expect(kept).toEqual(all(8))
})
