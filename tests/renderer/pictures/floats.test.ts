import { afterEach, expect, it, vi } from 'vitest'
import { effectScope, ref, shallowRef } from 'vue'
import { useFloats } from '../../../src/renderer/pictures/useFloats.ts'

const scope = effectScope(true)
afterEach(() => vi.unstubAllGlobals())

/** The numbers at `/map`, which the byte server gives, refuses or has forgotten, as it is told to. */
function open(answers: (() => Response)[]) {
  const path = ref('/map')
  const made = shallowRef({})
  let expired = 0
  vi.stubGlobal('fetch', () => Promise.resolve(answers.shift()?.() ?? new Response(null, { status: 500 })))
  const remake = () => {
    expired++
    // The key is a hash of what it is made from: the address stays the same.
    made.value = {}
  }
  const floats = scope.run(() => useFloats(() => path.value, { of: () => made.value, expired: remake }))
  if (!floats) throw new Error('no scope')
  return { ...floats, remake, expirations: () => expired }
}
const numbers = () => new Response(new Float32Array([1, 2]).buffer, { headers: { 'x-shape': '1,2' } })
const refused = (code: string) => () =>
  new Response(JSON.stringify({ code, message: code, hint: '' }), { status: 404 })

it('fetches again what was made again, though its address is the same', async () => {
  const { floats, error, remake } = open([refused('ENGINE_DOWN'), numbers])
  await expect.poll(() => error.value?.code).toBe('ENGINE_DOWN')
  remake()
  await expect.poll(() => floats.value?.shape).toEqual([1, 2])
  expect(error.value).toBeNull()
})

it('has what has expired made again once, and then says that it is not there', async () => {
  const { floats, error, expirations } = open([
    refused('MAP_EXPIRED'),
    refused('MAP_EXPIRED'),
    refused('MAP_EXPIRED'),
  ])
  await expect.poll(() => error.value?.code).toBe('MAP_EXPIRED')
  expect([expirations(), floats.value]).toEqual([1, null])
})
