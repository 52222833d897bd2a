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

/** The window's last state; null where none is stored, it cannot be read, or its screen is gone. */
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

/** Whether the middle of the window's upper edge is on the screen, so that the window can be moved. */
function titleBarIsOn(screen: Rectangle, { x, y, width }: Rectangle) {
  const middle = x + width / 2
  return (
    middle >= screen.x && middle <= screen.x + screen.width && y >= screen.y && y < screen.y + screen.height
  )
}
