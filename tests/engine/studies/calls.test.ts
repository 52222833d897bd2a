import { describe, expect, it, onTestFinished } from 'vitest'
import { KernelscopeError } from '#shared/errors.ts'
import { openAttackSession, type AttackSession } from '#engine/inference/index.ts'
import { usableModel } from '#engine/models/index.ts'
import { attackInCalls } from '#engine/studies/kinds/attacks/adversarial/calls.ts'
import { attackRequest } from '#engine/studies/kinds/attacks/adversarial/open.ts'
import { inCalls, type CallSize } from '#engine/studies/measure/calls.ts'
import { loadImages } from '#engine/studies/measure/load.ts'
import { sampleWorkspace } from './workspace.ts'
import { imageChunks } from '#engine/facts/index.ts'

const noMemory = () => new KernelscopeError('OUT_OF_MEMORY', 'no memory')

/** Runs `inCalls` on the items 0 to 9. Calls with more than `most` items or with a bad one fail. */
async function called(size: CallSize, { most = Infinity, bad = [] as number[], crashes = 0, ended = false }) {
  const done: number[][] = []
  const given: number[] = []
  await inCalls(
    size,
    Array.from({ length: 10 }, (_, at) => at),
    {
      async call(items, places) {
        await Promise.resolve()
        if (places > most || items.some((item) => bad.includes(item))) throw noMemory()
        done.push(items)
      },
      giveUp: (item) => void given.push(item),
      ended: () => ended,
    },
    crashes,
  )
  return { done, given }
}

describe('calls', () => {
  it('have the largest size, and the last call takes the rest', async () => {
    const { done } = await called({ most: 4, fixed: false }, {})
    expect(done.map(({ length }) => length)).toEqual([4, 4, 2])
  })

  it('pad a single item that is left over to two places, unless memory suffices for one only', async () => {
    const placesOf = async (most: number) => {
      const found: number[] = []
      await inCalls({ most, fixed: false }, [0, 1, 2], {
        call: (_, places) => Promise.resolve(void found.push(places)),
        giveUp: () => undefined,
        ended: () => false,
      })
      return found
    }
    expect([await placesOf(2), await placesOf(1)]).toEqual([
      [2, 2],
      [1, 1, 1],
    ])
  })

  it('are halved where memory is short, and stay small', async () => {
    const size = { most: 8, fixed: false }
    const { done, given } = await called(size, { most: 3 })
    expect(done.flat()).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
    expect(given).toEqual([])
    expect(size.most).toBe(2)
  })

  it('give up an image that fails alone, and a batch that fails where the batch size is fixed', async () => {
    const alone = await called({ most: 4, fixed: false }, { bad: [5] })
    expect(alone.done.flat()).toEqual([0, 1, 2, 3, 4, 6, 7, 8, 9])
    expect(alone.given).toEqual([5])
    expect((await called({ most: 4, fixed: true }, { bad: [5] })).given).toEqual([4, 5, 6, 7])
  })

  it('have one shape where they are padded, and are halved until that shape fits', async () => {
    const rows: [number, number][] = []
    const told: number[] = []
    const given: number[] = []
    await inCalls({ most: 4, fixed: false, padded: true }, [0, 1, 2, 3, 4], {
      async call(items, places) {
        await Promise.resolve()
        if (places > 2 || items.includes(3)) throw noMemory()
        rows.push([items.length, places])
      },
      giveUp: (item) => void given.push(item),
      ended: () => false,
      shrunk: (most) => void told.push(most),
    })
    expect(rows).toEqual([
      [2, 2],
      [1, 1],
      [1, 1],
    ])
    expect(given).toEqual([3])
    expect(told).toEqual([2, 1])
  })

  it('are smaller where the engine died, and finally leave out the first image', async () => {
    const size = () => ({ most: 4, fixed: false })
    expect((await called(size(), { crashes: 3 })).done.map(({ length }) => length)).toEqual([2, 2, 4, 2])
    expect((await called(size(), { crashes: 4 })).done[0]).toEqual([0])
    const { done, given } = await called(size(), { crashes: 5 })
    expect(given).toEqual([0])
    expect(done.flat()).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  it('give up no image because its session has ended', async () => {
    await expect(called({ most: 4, fixed: false }, { most: 0, ended: true })).rejects.toThrow('no memory')
  })
})

it('an attack in smaller calls gives the same predictions as in full calls', async () => {
  const { engine, datasetId, modelIds } = await sampleWorkspace('replk3')
  const open = engine.session
  const { workspace } = open.open()
  const model = usableModel(workspace.db, modelIds[0] ?? 0)
  const request = await attackRequest({ workspace, settings: open.settings() }, model, 'cpu')
  const session = await openAttackSession(request)
  onTestFinished(() => session.close())
  const images = [...imageChunks(workspace.db, { datasetId, selectedFor: null }, 8)][0] ?? []
  const loaded = { images, ...(await loadImages(open.pool, images, model.preprocessing, 8)) }
  /** Only two images fit into memory. */
  const small: AttackSession = {
    ...session,
    ended: false,
    attack: (asked) => (asked.batch > 2 ? Promise.reject(noMemory()) : session.attack(asked)),
  }
  const told = async (by: AttackSession) => {
    const predicted: number[] = []
    const made: number[] = []
    const order = {
      model,
      runs: [
        {
          ...({ op: 'attack', kind: 'pgd', epsilon: 0.03, alpha: 0.01, steps: 3, seed: 0 } as const),
          ...{ randomStart: true, restarts: 1, surrogate: null, rounded: false },
        },
      ],
      keep: true,
      crashes: 0,
    }
    const size = { most: 8, fixed: false }
    const problems = await attackInCalls(by, size, loaded, order, async (answer, first, rows) => {
      await Promise.resolve()
      expect(answer.images).toHaveLength(rows * 96 * 96 * 3)
      for (let row = 0; row < rows; row++) {
        predicted[first + row] = answer.facts[0]?.predicted[row] ?? -1
        made[first + row] = answer.images?.[row * 96 * 96 * 3] ?? NaN
      }
    })
    expect(problems).toEqual(images.map(() => null))
    return { predicted, made }
  }
  const whole = await told(session)
  expect(whole.predicted).toHaveLength(8)
  expect(await told(small)).toEqual(whole)
})
