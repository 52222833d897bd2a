import { afterEach, expect, it } from 'vitest'
import { ref } from 'vue'
import { startApp } from '../setting/app.ts'
import { useResource } from '../../../src/renderer/lib/useResource.ts'

let stop = () => {}
afterEach(() => stop())

/** A resource that depends on `input`. The test decides when each request is answered. */
function open() {
  const app = startApp({})
  ;({ stop } = app)
  const input = ref('a')
  const asked: { of: string; answer: (value: string) => void; fail: () => void }[] = []
  const { of: resource } = app.view(() =>
    useResource(
      () =>
        new Promise<string>((resolve, reject) => {
          const of = input.value
          asked.push({ of, answer: resolve, fail: () => reject(new Error(`no ${of}`)) })
        }),
      { on: [input] },
    ),
  )
  return { input, asked, ...resource }
}

it('shows the value of an older input until the newer one arrives, and never after that', async () => {
  const { input, asked, data } = open()
  asked[0]?.answer('value of a')
  await expect.poll(() => data.value).toBe('value of a')
  input.value = 'b'
  await expect.poll(() => asked.length).toBe(2)
  input.value = 'c'
  await expect.poll(() => asked.length).toBe(3)
  expect(data.value).toBe('value of a')
  asked[2]?.answer('value of c')
  await expect.poll(() => data.value).toBe('value of c')
  asked[1]?.answer('value of b')
  await new Promise((resolve) => setImmediate(resolve))
  expect(data.value).toBe('value of c')
})

it('drops the value of an older input where the newer one fails, but keeps a value that is only read again', async () => {
  const { input, asked, data, error, reload } = open()
  asked[0]?.answer('value of a')
  await expect.poll(() => data.value).toBe('value of a')
  void reload()
  asked[1]?.fail()
  await expect.poll(() => error.value?.message).toBe('no a')
  expect(data.value).toBe('value of a')
  input.value = 'b'
  await expect.poll(() => asked.length).toBe(3)
  asked[2]?.fail()
  await expect.poll(() => error.value?.message).toBe('no b')
  expect(data.value).toBeNull()
})
