import { effectScope, nextTick, ref } from 'vue'
import { afterEach, expect, it } from 'vitest'
import { useTypedSize } from '../../../src/renderer/features/studies/new/useTypedSize.ts'

const scope = effectScope()
afterEach(() => scope.stop())

it('keeps sizes in their own space, and the text as it was typed', async () => {
  const value = ref<unknown>([0.0226])
  const std = ref<number | null>(0.226)
  const field = scope.run(() =>
    useTypedSize(
      { value: () => value.value, own: () => 'unit', std: () => std.value },
      (next) => (value.value = next),
    ),
  )
  if (!field) throw new Error('no scope')
  expect(field.typed.value).toEqual([0.0226])

  field.space.value = 'normalised'
  await nextTick()
  expect([value.value, field.typed.value]).toEqual([[0.0226], [0.1]])
  field.type([1 / 3, 'x'])
  await nextTick()
  // 0.226 / 3 to six digits; the typed number stays whole.
  expect([value.value, field.typed.value]).toEqual([
    [0.0753333, 'x'],
    [1 / 3, 'x'],
  ])

  // A preset changes the value itself.
  value.value = [0.113]
  await nextTick()
  expect(field.typed.value).toEqual([0.5])
  // Models with several deviations have no other space.
  std.value = null
  await nextTick()
  expect([field.space.value, field.typed.value]).toEqual(['unit', [0.113]])
})
