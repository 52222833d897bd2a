export type { FarReady } from './connection.ts'
export { RemoteEngine, type FarBytes, type RemoteEngineOptions } from './remoteEngine.ts'
export type { FarCommand } from './ssh.ts'
export { serveCommand, sshCommand } from './ssh.ts'
