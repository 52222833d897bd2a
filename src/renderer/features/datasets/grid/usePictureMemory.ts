import { watch } from 'vue'
import { bridge } from '../../../lib/bridge.ts'

/** After this many pictures, of about 0.1 MB each, the memory of pictures that are no longer shown is freed. */
const most = 1500

/** Frees the memory of pictures that were scrolled past. Chromium would keep hundreds of megabytes of them. */
export function usePictureMemory(range: () => readonly [from: number, to: number]): void {
  let passed = 0
  watch(range, ([from, to], [before]) => {
    passed += Math.min(Math.abs(from - before), to - from)
    if (passed < most) return
    passed = 0
    bridge.freeMemory()
  })
}
