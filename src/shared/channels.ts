/** Names of the messages between preload and shell. The page sees none of them, only `Bridge`. */
export const channels = {
  connect: 'kernelscope:connect',
  port: 'kernelscope:port',
  listening: 'kernelscope:listening',
  command: 'kernelscope:command',
  openPaths: 'kernelscope:open-paths',
  engineState: 'kernelscope:engine-state',
  restartEngine: 'kernelscope:restart-engine',
  useEngine: 'kernelscope:use-engine',
  stopConnecting: 'kernelscope:stop-connecting',
  openFiles: 'kernelscope:open-files',
  openFolder: 'kernelscope:open-folder',
  saveFile: 'kernelscope:save-file',
  showInFolder: 'kernelscope:show-in-folder',
  progress: 'kernelscope:progress',
  notify: 'kernelscope:notify',
} as const
