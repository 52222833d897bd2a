import path from 'node:path'
import { app, BrowserWindow, dialog, Notification, shell, type FileFilter, type WebContents } from 'electron'
import { z } from 'zod'
import type { FileKind } from '#shared/bridge.ts'
import { archiveEndings } from '#shared/archiveFiles.ts'
import { channels } from '#shared/channels.ts'
import { imageEndings } from '#shared/imageFiles.ts'
import { onCall, onNote } from './calls.ts'

const allFiles: FileFilter = { name: 'All files', extensions: ['*'] }

const filters: Record<FileKind, FileFilter> = {
  model: {
    name: 'Models and checkpoints',
    extensions: ['onnx', 'safetensors', 'pth', 'pt', 'bin', 'ckpt', 'npz', 'tar', 'json'],
  },
  archive: { name: 'Archives of images', extensions: [...archiveEndings, 'gz', 'tgz'] },
  labels: { name: 'Labels', extensions: ['txt', 'csv', 'json'] },
  draws: { name: 'Random draws', extensions: ['json'] },
  bundle: { name: 'Bundles', extensions: ['zip'] },
  workspace: { name: 'Exported workspaces', extensions: ['zip'] },
  image: { name: 'Images', extensions: [...imageEndings] },
  key: allFiles,
  signers: allFiles,
}
/** Files of SSH have any name, and lie in a hidden folder. */
const ofSsh = (kind: FileKind) => kind === 'key' || kind === 'signers'

const name = z.string().max(1000)
const fileKind = z.enum([
  'model',
  'archive',
  'labels',
  'draws',
  'image',
  'bundle',
  'workspace',
  'key',
  'signers',
])
const absolutePath = z.string().refine((value) => path.isAbsolute(value), 'path: must be absolute')

/** Opens file dialogs for the page, which gets paths only of what a person chose. */
export function answerDialogs() {
  onCall(channels.openFiles, fileKind, async (kind, { page }) => {
    const chosen = await dialog.showOpenDialog(windowOf(page), {
      properties: [
        'openFile',
        ...(kind === 'model' ? (['multiSelections'] as const) : []),
        ...(ofSsh(kind) ? (['showHiddenFiles'] as const) : []),
      ],
      filters: ofSsh(kind) ? [allFiles] : [filters[kind], allFiles],
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
