import path from 'node:path'
import { app, BrowserWindow, dialog, Notification, shell, type FileFilter, type WebContents } from 'electron'
import { z } from 'zod'
import { channels } from '#shared/channels.ts'
import { fileKinds, isMany, ofSsh, type FileKind } from '#shared/fileKinds.ts'
import { onCall, onNote } from './calls.ts'

const allFiles: FileFilter = { name: 'All files', extensions: ['*'] }

function filtersFor(kind: FileKind): FileFilter[] {
  const { title, endings } = fileKinds[kind]
  return endings === null ? [allFiles] : [{ name: title, extensions: [...endings] }, allFiles]
}

const name = z.string().max(1000)
const fileKind = z.custom<FileKind>((kind) => typeof kind === 'string' && Object.hasOwn(fileKinds, kind))
const absolutePath = z.string().refine((value) => path.isAbsolute(value), 'path: must be absolute')

/** Opens file dialogs for the page, which gets paths only of what a person chose. */
export function answerDialogs() {
  onCall(channels.openFiles, fileKind, async (kind, { page }) => {
    const chosen = await dialog.showOpenDialog(windowOf(page), {
      properties: [
        'openFile',
        ...(isMany(kind) ? (['multiSelections'] as const) : []),
        ...(ofSsh(kind) ? (['showHiddenFiles'] as const) : []),
      ],
      filters: filtersFor(kind),
      ...(ofSsh(kind) ? { defaultPath: path.join(app.getPath('home'), '.ssh') } : {}),
    })
    return chosen.filePaths
  })
  onCall(channels.openFolder, name, async (title, { page }) => {
    const chosen = await dialog.showOpenDialog(windowOf(page), {
      title,
      properties: ['openDirectory', 'createDirectory'],
    })
    return chosen.filePaths[0] ?? null
  })
  onCall(channels.saveFile, name, async (suggested, { page }) => {
    const chosen = await dialog.showSaveDialog(windowOf(page), { defaultPath: path.basename(suggested) })
    return chosen.canceled ? null : chosen.filePath
  })
  onCall(channels.showInFolder, absolutePath, (file) => shell.showItemInFolder(file))
  onNote(channels.progress, z.number().min(0).max(1).nullable(), (fraction, { page }) =>
    BrowserWindow.fromWebContents(page)?.setProgressBar(fraction ?? -1),
  )
  onNote(channels.notify, z.object({ title: name, body: name }), (text, { page }) => {
    const notification = new Notification(text)
    notification.on('click', () => {
      const window = BrowserWindow.fromWebContents(page)
      if (window?.isMinimized()) window.restore()
      window?.focus()
    })
    notification.show()
  })
}

function windowOf(page: WebContents) {
  const window = BrowserWindow.fromWebContents(page)
  if (!window) throw new Error('the page has no window')
  return window
}
