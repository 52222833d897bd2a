import { useToast } from '@nuxt/ui/composables'
import { useEventListener, useIntervalFn, useMutationObserver, useWindowSize } from '@vueuse/core'
import { ref, watch, type Ref } from 'vue'
import { cornerFor, type Corner } from './toastPlace.ts'

/** How often the boxes of an open dialog are measured while a message is shown, in milliseconds. */
const everyMs = 200
/** Width of messages, and their height before they are drawn, in pixels. */
const first = { width: 384, height: 96 }

const inMessage = (target: EventTarget | null): boolean =>
  target instanceof Element && target.closest('[data-slot="viewport"]:has(> li)') !== null

/**
 * The corner in which messages cover no button and no field of an open dialog. F8 leads to them from a dialog, too: it does not hear
 * that the focus has left it for a message.
 */
export function useToastPlace(): Ref<Corner> {
  const corner = ref<Corner>('bottom-right')
  const { toasts } = useToast()
  const { width, height } = useWindowSize()

  function measure() {
    const controls = document.querySelectorAll('[role="dialog"] :is(button, a, input, textarea, select)')
    const shown = [...document.querySelectorAll('[data-slot="viewport"] > li')]
    const own = shown.map((one) => one.getBoundingClientRect())
    const size = {
      width: Math.max(first.width, ...own.map((box) => box.width)),
      height: Math.max(
        first.height,
        own.reduce((sum, box) => sum + box.height + 16, 0),
      ),
    }
    corner.value = cornerFor(
      { width: width.value, height: height.value },
      size,
      [...controls].map((one) => one.getBoundingClientRect()),
    )
  }
  const { pause, resume } = useIntervalFn(measure, everyMs, { immediate: false, immediateCallback: true })
  const dialogs = () => document.querySelector('[role="dialog"]') !== null
  function follow() {
    if (toasts.value.length > 0 && dialogs()) return resume()
    pause()
    if (toasts.value.length === 0) corner.value = 'bottom-right'
  }
  watch(() => toasts.value.length, follow)
  // Dialogs are put at the end of the body.
  useMutationObserver(document.body, follow, { childList: true })
  useEventListener(document.body, 'focusin', (event) => {
    if (inMessage(event.target)) event.stopPropagation()
  })
  useEventListener(document.body, 'focusout', (event) => {
    if (inMessage(event.relatedTarget)) event.stopPropagation()
  })
  return corner
}
