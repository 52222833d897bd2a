import { homedir } from 'node:os'
import { join } from 'node:path'

/**
 * The folder of what belongs to the person and to no workspace: KERNELSCOPE_CONFIG where it is set, otherwise where the system
 * keeps settings of programs. It may not exist.
 */
export function userFolder(): string {
  const { KERNELSCOPE_CONFIG: own, APPDATA, XDG_CONFIG_HOME } = process.env
  if (own) return own
  if (process.platform === 'win32') return join(APPDATA || join(homedir(), 'AppData/Roaming'), 'Kernelscope')
  if (process.platform === 'darwin') return join(homedir(), 'Library/Application Support/Kernelscope')
  return join(XDG_CONFIG_HOME || join(homedir(), '.config'), 'kernelscope')
}
