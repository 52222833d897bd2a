import { fileURLToPath } from 'node:url'

/** Whether this code runs from its sources; else it is a bundle, and all bundles lie in one folder. */
export const fromSource = import.meta.url.endsWith('.ts')

const root = fromSource ? '../../..' : '../..'

/** Absolute path inside `resources/`, from source, from `out/` and in the packaged app alike. */
export const resourcePath = (...parts: string[]) =>
  fileURLToPath(new URL([root, 'resources', ...parts].join('/'), import.meta.url))
