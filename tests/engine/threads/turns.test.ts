import { expect, it } from 'vitest'
import { Turns } from '#engine/threads/turns.ts'

const two = () => new Turns({ depth: 2, closed: 'it is closed', aborted: 'nobody waits' })

/** Works that run until they are released, and the names of those that have started. */
function works() {
  const begun: string[] = []
  const gates = new Map<string, PromiseWithResolvers<string>>()
  return {
    begun,
    work: (name: string) => () => {
      begun.push(name)
      const gate = Promise.withResolvers<string>()
      gates.set(name, gate)
      return gate.promise
    },
    finish: (name: string) => gates.get(name)?.resolve(name),
    fail: (name: string) => gates.get(name)?.reject(new Error(name)),
  }
}

it('starts works in order, urgent ones first, and at most `depth` at once', async () => {
  const turns = two()
  const { begun, work, finish, fail } = works()
  const [a, b, c] = ['a', 'b', 'c'].map((name) => turns.run(work(name)))
  const urgent = turns.run(work('urgent'), { urgent: true })
  expect(begun).toEqual(['a', 'b'])
  expect(turns.load).toBe(4)
  finish('b')
  expect(await b).toBe('b')
  await expect.poll(() => begun).toEqual(['a', 'b', 'urgent'])
  fail('a')
  await expect(a).rejects.toThrow('a')
  await expect.poll(() => begun).toEqual(['a', 'b', 'urgent', 'c'])
  finish('urgent')
  finish('c')
  await Promise.all([urgent, c])
  await expect.poll(() => turns.load).toBe(0)
})

it('drops work that is aborted while it waits, and no other', async () => {
  const turns = two()
  const { begun, work, finish } = works()
  const stop = new AbortController()
  const all = ['a', 'b', 'c'].map((name) => turns.run(work(name), { signal: stop.signal }))
  stop.abort()
  await expect(all[2]).rejects.toMatchObject({ code: 'CANCELLED', message: 'nobody waits' })
  await expect(turns.run(work('d'), { signal: stop.signal })).rejects.toMatchObject({ code: 'CANCELLED' })
  finish('a')
  finish('b')
  expect(await Promise.all(all.slice(0, 2))).toEqual(['a', 'b'])
  expect(begun).toEqual(['a', 'b'])
})

it('cancels waiting work when closed, and lets running work finish', async () => {
  const turns = two()
  const { work, finish } = works()
  const [a, , c] = ['a', 'b', 'c'].map((name) => turns.run(work(name)))
  turns.close()
  await expect(c).rejects.toMatchObject({ code: 'CANCELLED', message: 'it is closed' })
  await expect(turns.run(work('d'))).rejects.toMatchObject({ code: 'CANCELLED' })
  finish('a')
  expect(await a).toBe('a')
})
