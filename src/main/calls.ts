import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type WebContents } from 'electron'
import type { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { isPage } from './guards.ts'

type Sender = { page: WebContents }

/**
 * The page that sent an event; null for anything but the top frame of our own page, such as an embedded frame or one
 * that navigated away.
 */
function sender(event: IpcMainEvent | IpcMainInvokeEvent): Sender | null {
  const frame = event.senderFrame
  const trusted = frame !== null && frame.parent === null && isPage(frame.url)
  return trusted ? { page: event.sender } : null
}

/**
 * Handles a request of the page. Sender and payload are checked before `answer` gets them.
 * @throws UNSUPPORTED where the request does not come from the app's own page
 */
export function onCall<T, R>(
  channel: string,
  payload: z.ZodType<T>,
  answer: (value: T, from: Sender) => R | Promise<R>,
) {
  ipcMain.handle(channel, (event, raw: unknown) => {
    const from = sender(event)
    if (!from) throw new KernelscopeError('UNSUPPORTED', `${channel}: refused, not from the app's own page`)
    return answer(payload.parse(raw), from)
  })
}

/** Handles a message of the page that needs no answer. Invalid messages are dropped. */
export function onNote<T>(channel: string, payload: z.ZodType<T>, act: (value: T, from: Sender) => void) {
  ipcMain.on(channel, (event, raw: unknown) => {
    const from = sender(event)
    const value = payload.safeParse(raw)
    if (from && value.success) act(value.data, from)
  })
}
