import { useIntervalFn, usePreferredReducedMotion } from '@vueuse/core'
import { computed, ref, watch } from 'vue'

const framesPerSecond = 8

/** The current frame of a film, and whether it runs. A film that reaches its end starts again. */
export function useFilm(frames: () => number) {
  const frame = ref(0)
  const { isActive, pause, resume } = useIntervalFn(
    () => (frame.value = (frame.value + 1) % Math.max(1, frames())),
    1000 / framesPerSecond,
    { immediate: false },
  )
  watch(frames, (count) => (frame.value = Math.min(frame.value, Math.max(0, count - 1))))

  function step(by: number) {
    pause()
    const count = Math.max(1, frames())
    frame.value = (((frame.value + by) % count) + count) % count
  }
  function seek(to: number) {
    pause()
    frame.value = Math.min(Math.max(0, to), Math.max(0, frames() - 1))
  }
  return { frame, playing: isActive, play: resume, pause, step, seek }
}

/** Whether the system asks for reduced motion. Then frames change only by request. */
export function useStillness() {
  const motion = usePreferredReducedMotion()
  return computed(() => motion.value === 'reduce')
}
