import { afterEach, expect, it, vi } from 'vitest'
import { ref, shallowRef } from 'vue'
import { startApp } from '../setting/app.ts'
import { useFloats } from '../../../src/renderer/features/pictures/map/useFloats.ts'

let stop = () => {}
afterEach(() => {
  stop()
  vi.restoreAllMocks()
})

/** The values at `/map`. The test decides whether the byte server returns them, refuses, or no longer has them. */
function open(answers: (() => Response)[]) {
  const path = ref('/map')
  const made = shallowRef({})
  let expired = 0
  vi.spyOn(globalThis, 'fetch').mockImplementation(() =>
    Promise.resolve(answers.shift()?.() ?? new Response(null, { status: 500 })),
  )
  const remake = () => {
    expired++
    // The key is a hash of the input, so the address stays the same.
    made.value = {}
  }
  const app = startApp({})
  ;({ stop } = app)
  const { of } = app.view(() => useFloats(() => path.value, { of: () => made.value, expired: remake }))
  return { ...of, remake, restart: app.restart, expirations: () => expired }
}
const numbers = () => new Response(new Float32Array([1, 2]).buffer, { headers: { 'x-shape': '1,2' } })
const refused = (code: string) => () =>
  new Response(JSON.stringify({ code, message: code, hint: '' }), { status: 404 })

it('fetches values again that were computed again, even under the same address', async () => {
  const { floats, error, remake } = open([refused('ENGINE_DOWN'), numbers])
  await expect.poll(() => error.value?.code).toBe('ENGINE_DOWN')
  remake()
  await expect.poll(() => floats.value?.shape).toEqual([1, 2])
  expect(error.value).toBeNull()
})

it('has expired values computed again once, then reports that they are missing', async () => {
  const { floats, error, expirations } = open([
    refused('MAP_EXPIRED'),
    refused('MAP_EXPIRED'),
    refused('MAP_EXPIRED'),
  ])
  await expect.poll(() => error.value?.code).toBe('MAP_EXPIRED')
  expect([expirations(), floats.value]).toEqual([1, null])
})

it('fetches values again that failed while the engine was down', async () => {
  const { floats, error, restart } = open([
    () => new Response('the engine is down', { status: 503 }),
    numbers,
  ])
  await expect.poll(() => error.value?.code).toBe('ENGINE_DOWN')
  await restart()
  await expect.poll(() => floats.value?.shape).toEqual([1, 2])
})
