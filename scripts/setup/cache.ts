import os from 'node:os'
import path from 'node:path'

/** Folder for large files of the set-up that all checkouts share. */
export const cacheFolder = (...parts: string[]) =>
  path.join(process.env['XDG_CACHE_HOME'] || path.join(os.homedir(), '.cache'), 'kernelscope', ...parts)
