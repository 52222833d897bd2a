import { expect, it } from 'vitest'
import { KernelscopeError } from '#shared/errors.ts'
import { lanePermits, togetherWhileRoom } from '#engine/studies/measure/lanePermits.ts'

/** Works that end when they are told, and the names of those that run. */
function works() {
  const running: string[] = []
  const ends = new Map<string, PromiseWithResolvers<void>>()
  const work = (name: string) => async () => {
    running.push(name)
    const end = Promise.withResolvers<void>()
    ends.set(name, end)
    await end.promise.finally(() => running.splice(running.indexOf(name), 1))
    return name
  }
  return {
    running,
    work,
    end: (name: string) => ends.get(name)?.resolve(),
    fail: (name: string, error = new Error(name)) => ends.get(name)?.reject(error),
  }
}

it('lanes compute at once, what needs all of them alone, and in the order in which they came', async () => {
  const permits = lanePermits(2)
  const { running, work, end, fail } = works()
  const [a, b] = [permits(1, work('a')), permits(1, work('b'))]
  const [all, c] = [permits(2, work('all')), permits(1, work('c'))]
  await expect.poll(() => running).toEqual(['a', 'b'])
  end('a')
  expect(await a).toBe('a')
  expect(running).toEqual(['b'])
  fail('b')
  await expect(b).rejects.toThrow('b')
  await expect.poll(() => running).toEqual(['all'])
  end('all')
  expect(await all).toBe('all')
  await expect.poll(() => running).toEqual(['c'])
  end('c')
  expect(await c).toBe('c')
})

it('a work that runs out of memory beside another is done again alone, and so are those that come later', async () => {
  const together = togetherWhileRoom(2)
  const { running, work, end, fail } = works()
  const [a, b] = [together(work('a')), together(work('b'))]
  await expect.poll(() => running).toEqual(['a', 'b'])
  fail('a', new KernelscopeError('OUT_OF_MEMORY', 'no memory'))
  await expect.poll(() => running).toEqual(['b'])
  const c = together(work('c'))
  end('b')
  expect(await b).toBe('b')
  await expect.poll(() => running).toEqual(['a'])
  end('a')
  expect(await a).toBe('a')
  await expect.poll(() => running).toEqual(['c'])
  const d = together(work('d'))
  fail('c')
  await expect(c).rejects.toThrow('c')
  await expect.poll(() => running).toEqual(['d'])
  end('d')
  expect(await d).toBe('d')
})
