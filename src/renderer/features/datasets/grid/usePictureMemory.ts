import { watch } from 'vue'
import { bridge } from '../../../lib/bridge.ts'

/** Pictures, of about 0.1 MB each, after which those that are not shown any more are given back. */
const most = 1500

/** Chromium keeps the pictures of a grid that were scrolled past, hundreds of megabytes of them: they are given back in time. */
export function usePictureMemory(range: () => readonly [from: number, to: number]): void {
  let passed = 0
  watch(range, ([from, to], [before]) => {
    passed += Math.min(Math.abs(from - before), to - from)
    if (passed < most) return
    passed = 0
    bridge.freeMemory()
  })
}
