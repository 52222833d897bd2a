import { contextBridge, ipcRenderer, webFrame, webUtils } from 'electron'
import type { Bridge, EngineState, FetchProgress, InstallStep } from '#shared/bridge.ts'
import { channels } from '#shared/channels.ts'

/** Calls back with each message of the shell on a channel. The shell's event object never reaches the page. */
function subscribe<T>(channel: string, callback: (value: T) => void) {
  const listener = (_event: unknown, value: T) => callback(value)
  ipcRenderer.on(channel, listener)
  return () => void ipcRenderer.off(channel, listener)
}

const bridge: Bridge = {
  platform: process.platform,
  versions: { electron: process.versions.electron, chromium: process.versions.chrome },
  home: process.env['HOME'] ?? process.env['USERPROFILE'] ?? '',
  connect: () => ipcRenderer.send(channels.connect),
  openFiles: (kind) => ipcRenderer.invoke(channels.openFiles, kind),
  openFolder: (title) => ipcRenderer.invoke(channels.openFolder, title),
  saveFile: (suggestedName) => ipcRenderer.invoke(channels.saveFile, suggestedName),
  pathOfDropped: (file) => webUtils.getPathForFile(file),
  showInFolder: (path) => ipcRenderer.invoke(channels.showInFolder, path),
  fetchFiles: (files) => ipcRenderer.invoke(channels.fetchFiles, files),
  stopFetch: () => ipcRenderer.send(channels.stopFetch),
  onFetchProgress: (callback) => subscribe<FetchProgress>(channels.fetchProgress, callback),
  restartEngine: () => ipcRenderer.invoke(channels.restartEngine),
  useEngine: (address) => ipcRenderer.invoke(channels.useEngine, address),
  stopConnecting: () => ipcRenderer.invoke(channels.stopConnecting),
  lookAtMachine: (address) => ipcRenderer.invoke(channels.lookAtMachine, address),
  installEngine: (address) => ipcRenderer.invoke(channels.installEngine, address),
  stopInstall: () => ipcRenderer.send(channels.stopInstall),
  onInstallStep: (callback) => subscribe<InstallStep>(channels.installStep, callback),
  onEngineState(callback) {
    const stop = subscribe<EngineState>(channels.engineState, callback)
    void ipcRenderer.invoke(channels.engineState).then(callback)
    return stop
  },
  onCommand(callback) {
    const stop = subscribe<string>(channels.command, callback)
    ipcRenderer.send(channels.listening, channels.command)
    return stop
  },
  onOpenPaths(callback) {
    const stop = subscribe<string[]>(channels.openPaths, callback)
    ipcRenderer.send(channels.listening, channels.openPaths)
    return stop
  },
  setProgress: (fraction) => ipcRenderer.send(channels.progress, fraction),
  notify: (title, body) => ipcRenderer.send(channels.notify, { title, body }),
  freeMemory: () => webFrame.clearCache(),
}

ipcRenderer.on(channels.port, (event) => window.postMessage(channels.port, location.origin, event.ports))
contextBridge.exposeInMainWorld('kernelscope', bridge)
