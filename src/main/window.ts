import { BrowserWindow, dialog, nativeTheme, screen } from 'electron'
import { appOrigin } from './guards.ts'
import { iconFile, preloadFile, windowStateFile } from './paths.ts'
import { readWindowState, writeWindowState } from './windowState.ts'

const firstSize = { width: 1440, height: 900 }
const canvas = () => (nativeTheme.shouldUseDarkColors ? '#18181b' : '#ffffff')

/** Opens the window where it was last time, sandboxed and without Node. */
export function openWindow(): BrowserWindow {
  const state = readWindowState(
    windowStateFile(),
    screen.getAllDisplays().map((display) => display.workArea),
  )
  const window = new BrowserWindow({
    ...(state ?? firstSize),
    minWidth: 900,
    minHeight: 600,
    show: false,
    title: 'Kernelscope',
    icon: iconFile,
    backgroundColor: canvas(),
    autoHideMenuBar: process.platform !== 'darwin',
    webPreferences: {
      preload: preloadFile,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webSecurity: true,
      spellcheck: false,
    },
  })
  if (state?.maximized) window.maximize()
  window.once('ready-to-show', () => window.show())
  window.on('close', () =>
    writeWindowState(windowStateFile(), window.getNormalBounds(), window.isMaximized()),
  )
  window.webContents.on('render-process-gone', (_event, { reason }) => void offerReload(window, reason))
  void window.loadURL(`${appOrigin}/`)
  return window
}

/**
 * Asks whether to reload a page that crashed or ran out of memory. Nothing is lost meanwhile, because the engine
 * continues.
 */
async function offerReload(window: BrowserWindow, reason: string) {
  if (reason === 'clean-exit' || window.isDestroyed()) return
  await dialog.showMessageBox(window, {
    type: 'error',
    message: 'The page stopped working.',
    detail: `Reason: ${reason}. Running jobs go on.`,
    buttons: ['Load it again'],
  })
  if (!window.isDestroyed()) window.reload()
}
