import { ipcMain, type IpcMainEvent, type IpcMainInvokeEvent, type WebContents } from 'electron'
import type { z } from 'zod'
import { KernelscopeError } from '#shared/errors.ts'
import { appOrigin } from './guards.ts'

type Sender = { page: WebContents }

/** Only the top frame of our own page may speak; a frame that navigated away or is embedded may not. */
function sender(event: IpcMainEvent | IpcMainInvokeEvent): Sender | null {
  const frame = event.senderFrame
  const trusted = frame !== null && frame.parent === null && frame.url.startsWith(`${appOrigin}/`)
  return trusted ? { page: event.sender } : null
}

/** A question of the page. Sender and payload are checked before `answer` sees them. */
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

/** A message of the page that needs no answer; what is not valid is dropped. */
export function onNote<T>(channel: string, payload: z.ZodType<T>, act: (value: T, from: Sender) => void) {
  ipcMain.on(channel, (event, raw: unknown) => {
    const from = sender(event)
    const value = payload.safeParse(raw)
    if (from && value.success) act(value.data, from)
  })
}
