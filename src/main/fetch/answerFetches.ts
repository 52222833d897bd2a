import path from 'node:path'
import { app, BrowserWindow, dialog, type WebContents } from 'electron'
import { z } from 'zod'
import type { FarFile, Fetched, FetchProgress } from '#shared/bridge.ts'
import { channels } from '#shared/channels.ts'
import { toErrorShape } from '#shared/errors.ts'
import { askForBytes, type ByteServer } from '../byteServer.ts'
import { onCall, onNote } from '../calls.ts'
import { appOrigin } from '../guards.ts'
import { fetchFile, type Target } from './fetchFile.ts'
import { localName } from './localName.ts'

/** Files of one request, and the longest name. */
const farFiles = z
  .array(
    z.object({
      id: z.uuid(),
      name: z.string().min(1).max(4096),
      bytes: z.int().min(0),
      sha256: z.string().regex(/^[0-9a-f]{64}$/),
    }),
  )
  .min(1)
  .max(1000)

/** Least time between two words on the progress, in milliseconds. */
const wordsEveryMs = 100

/**
 * Fetches files of the engine's machine for the page. Where they go is chosen here, in a dialog: the page says only what they
 * are called. One request runs at a time for each page.
 */
export function answerFetches(byteServer: () => Promise<ByteServer>) {
  const running = new Map<WebContents, AbortController>()
  const ask = (address: string, signal: AbortSignal) =>
    askForBytes(byteServer, new Request(`${appOrigin}${address}`, { signal }))

  onCall(channels.fetchFiles, farFiles, async (files, { page }): Promise<Fetched> => {
    const targets = await targetsOf(page, files)
    if (targets === null) return null
    running.get(page)?.abort()
    const stop = new AbortController()
    running.set(page, stop)
    const tell = teller(page)
    const done = { bytes: 0, files: new Array<{ path: string; bytes: number }>() }
    try {
      for (const [at, file] of files.entries()) {
        const target = targets[at]
        if (!target) break
        const progress = (bytes: number) => tell({ files: at, bytes: done.bytes + bytes })
        const fetched = await fetchFile(file, target, { ask, signal: stop.signal, progress })
        done.files.push({ path: fetched, bytes: file.bytes })
        done.bytes += file.bytes
      }
      return { files: done.files }
    } catch (error) {
      return { problem: toErrorShape(error), files: done.files }
    } finally {
      if (running.get(page) === stop) running.delete(page)
    }
  })
  onNote(channels.stopFetch, z.undefined(), (_nothing, { page }) => running.get(page)?.abort())
}

/** Asks for a file, or for a folder where there are several files; null where the person thought better of it. */
async function targetsOf(page: WebContents, files: readonly FarFile[]): Promise<Target[] | null> {
  const window = BrowserWindow.fromWebContents(page)
  const [only, second] = files
  if (!window || !only) return null
  const folder = app.getPath('downloads')
  if (!second) {
    const chosen = await dialog.showSaveDialog(window, {
      defaultPath: path.join(folder, localName(only.name)),
    })
    return chosen.canceled ? null : [{ file: chosen.filePath }]
  }
  const { filePaths } = await dialog.showOpenDialog(window, {
    title: `Folder for ${files.length} files`,
    defaultPath: folder,
    properties: ['openDirectory', 'createDirectory'],
  })
  const [chosen] = filePaths
  return chosen === undefined ? null : files.map(({ name }) => ({ folder: chosen, name: localName(name) }))
}

/** Tells the page how far it is, ten times a second at most. */
function teller(page: WebContents): (progress: FetchProgress) => void {
  let last = -wordsEveryMs
  return (progress) => {
    const now = performance.now()
    if (now - last < wordsEveryMs || page.isDestroyed()) return
    last = now
    page.send(channels.fetchProgress, progress)
  }
}
