import { readFileSync, writeFileSync } from 'node:fs'
import type { Rectangle } from 'electron'
import { z } from 'zod'

const windowState = z.object({
  x: z.int(),
  y: z.int(),
  width: z.int().positive(),
  height: z.int().positive(),
  maximized: z.boolean(),
})

export type WindowState = z.infer<typeof windowState>

/** Where the window was, or null: no memory, an unreadable one, or a screen that is no longer there. */
export function readWindowState(file: string, screens: Rectangle[]): WindowState | null {
  let raw: unknown
  try {
    raw = JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    return null // No memory of the window is the ordinary case, not an error.
  }
  const state = windowState.safeParse(raw).data
  return state && screens.some((screen) => titleBarIsOn(screen, state)) ? state : null
}

export function writeWindowState(file: string, bounds: Rectangle, maximized: boolean) {
  const { x, y, width, height } = bounds
  writeFileSync(file, JSON.stringify({ x, y, width, height, maximized } satisfies WindowState))
}

/** A window can be grasped when the middle of its upper edge is on a screen. */
function titleBarIsOn(screen: Rectangle, { x, y, width }: Rectangle) {
  const middle = x + width / 2
  return (
    middle >= screen.x && middle <= screen.x + screen.width && y >= screen.y && y < screen.y + screen.height
  )
}
