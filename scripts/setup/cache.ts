import os from 'node:os'
import path from 'node:path'

/** Where set-up keeps what is large and the same for every checkout. */
export const cacheFolder = (...parts: string[]) =>
  path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'kernelscope', ...parts)
