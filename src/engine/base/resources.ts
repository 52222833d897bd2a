import { fileURLToPath } from 'node:url'

/** Whether this code runs from its sources. Otherwise it runs from a bundle, and all bundles are in one folder. */
export const fromSource = import.meta.url.endsWith('.ts')

const root = fromSource ? '../../..' : '../..'

/** Returns an absolute path inside `resources/`: from source, from `out/` and in the packaged app. */
export const resourcePath = (...parts: string[]) =>
  fileURLToPath(new URL([root, 'resources', ...parts].join('/'), import.meta.url))

/** The folders of the code that runs: of its sources, or of its bundles. */
export const codeFolders = (fromSource ? ['..', '../../shared'] : ['.']).map((folder) =>
  fileURLToPath(new URL(folder, import.meta.url)),
)
