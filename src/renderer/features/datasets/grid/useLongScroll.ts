import { useEventListener } from '@vueuse/core'
import { computed, ref, watch, type Ref } from 'vue'

/** Browsers cut elements off above about 33 million pixels, so longer lists scroll in a smaller box. */
export const tallest = 16_000_000

/** Converts between positions of the scroll bar and offsets in the list. Both ends match at any scale. */
export function scaleOf(total: number, view: number, limit = tallest) {
  const height = Math.min(total, limit)
  const [reach, travel] = [Math.max(0, total - view), Math.max(0, height - view)]
  const ratio = travel === 0 ? 1 : reach / travel
  return {
    height,
    toOffset: (scrollTop: number) => Math.min(reach, scrollTop * ratio),
    toScroll: (offset: number) => Math.max(0, Math.min(travel, offset / ratio)),
    clamp: (offset: number) => Math.max(0, Math.min(reach, offset)),
  }
}

/**
 * Scrolls any number of rows of equal height; a million images are taller than a browser allows an element to be. The
 * wheel moves by true pixels, the scroll bar over the whole list.
 */
export function useLongScroll(
  scroller: Ref<HTMLElement | null>,
  view: Readonly<Ref<number>>,
  rows: () => number,
  rowHeight: () => number,
  padding = 12,
) {
  const total = computed(() => rows() * rowHeight() + 2 * padding)
  const scale = computed(() => scaleOf(total.value, view.value))
  const offset = ref(0)
  const scrollTop = ref(0)
  let written = 0

  function moveTo(next: number): void {
    offset.value = scale.value.clamp(next)
    written = scrollTop.value = scale.value.toScroll(offset.value)
    if (scroller.value) scroller.value.scrollTop = written
  }
  useEventListener(scroller, 'scroll', () => {
    const now = scroller.value?.scrollTop ?? 0
    scrollTop.value = now
    // The value that was written here comes back rounded; only a person's scrolling moves the list.
    if (Math.abs(now - written) > 1) offset.value = scale.value.toOffset(now)
    written = now
  })
  useEventListener(
    scroller,
    'wheel',
    (event: WheelEvent) => {
      if (total.value <= tallest || event.ctrlKey) return
      event.preventDefault()
      moveTo(offset.value + event.deltaY)
    },
    { passive: false },
  )
  watch([total, view], ([now], [before]) => {
    if (now !== before && scroller.value) moveTo(offset.value)
  })

  const seen = computed(() => {
    const first = Math.max(0, Math.floor((offset.value - padding) / rowHeight()) - 2)
    const last = Math.min(rows(), Math.ceil((offset.value + view.value - padding) / rowHeight()) + 2)
    return { first, last: Math.max(first, last) }
  })
  /** Vertical position of a row inside the box, in pixels. */
  const top = (row: number) => padding + row * rowHeight() - offset.value + scrollTop.value

  /** Scrolls just far enough to show a row. */
  function reveal(row: number): void {
    const from = padding + row * rowHeight()
    if (from < offset.value) moveTo(from - padding)
    else if (from + rowHeight() > offset.value + view.value) moveTo(from + rowHeight() - view.value + padding)
  }
  return { height: computed(() => scale.value.height), seen, top, reveal, moveTo, offset }
}
