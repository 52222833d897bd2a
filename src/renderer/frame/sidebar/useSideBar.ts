import { createSharedComposable, defaultDocument, useResizeObserver, useWindowSize } from '@vueuse/core'
import { computed, ref } from 'vue'
import { useRouter } from 'vue-router'
import { useGuideStore } from '../../features/guide/guideStore.ts'

/** Widths in px of the side bar and the tour, and the least that stays for the page beside them. */
const widths = { sideBar: 232, tour: 320, page: 640 }

/**
 * Whether the side bar is shown. Where the window is too narrow for it and the page, it is shown over the page, when it
 * is asked for, and until the next page.
 */
export const useSideBar = createSharedComposable(() => {
  const guide = useGuideStore()
  const router = useRouter()
  const { width } = useWindowSize()
  // A window that gets its size only after the page has asked for it tells of no resize.
  useResizeObserver(defaultDocument?.documentElement, () => void (width.value = window.innerWidth))
  const beside = ref(true)
  const over = ref(false)
  const narrow = computed(
    () => width.value - widths.sideBar - (guide.tourOpen ? widths.tour : 0) < widths.page,
  )
  const open = computed(() => (narrow.value ? over.value : beside.value))

  function toggle(): void {
    const place = narrow.value ? over : beside
    place.value = !place.value
  }
  const leave = () => void (over.value = false)
  router.afterEach(leave)

  return { open, narrow, toggle, leave }
})
