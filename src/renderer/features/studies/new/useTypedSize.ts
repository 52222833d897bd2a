import { computed, ref, shallowRef, watch } from 'vue'
import type { Space } from '#shared/params/fields.ts'
import { toSpace } from '#shared/params/space.ts'

/**
 * Sizes of a change that are typed in a chosen space and kept in their own.
 *
 * @param of the kept value, a size or a list; its space; the deviation that converts, null where there are several
 * @param change is given what was typed, in the own space
 */
export function useTypedSize(
  of: { value: () => unknown; own: () => Space; std: () => number | null },
  change: (value: unknown) => void,
) {
  const { value, own, std } = of
  const space = ref<Space>(own())

  function converted(given: unknown, from: Space, to: Space): unknown {
    const by = std()
    const one = (size: unknown) =>
      typeof size === 'number' && by !== null ? toSpace(size, from, to, by) : size
    return Array.isArray(given) ? given.map(one) : one(given)
  }

  /** What is typed. It is converted only where the value changed otherwise: there and back must not change the text. */
  const typed = shallowRef<unknown>(value())
  let emitted: unknown = value()
  const retype = () => (typed.value = converted(value(), own(), space.value))
  watch(
    () => JSON.stringify([value()]),
    (next) => next !== JSON.stringify([emitted]) && retype(),
  )
  watch([space, std], ([, by]) => {
    // Models that were chosen since may have several deviations.
    if (by === null) space.value = own()
    retype()
  })

  function type(next: unknown) {
    typed.value = next
    emitted = converted(next, space.value, own())
    change(emitted)
  }
  return { space, typed: computed(() => typed.value), type }
}
