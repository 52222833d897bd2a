import type { Plugin } from 'vite'
import { noticesFile } from '../../src/shared/notices.ts'
import { packageOf, readPackages, shippedFolders } from './packages.ts'

/** Packages whose content is in the page, but none of whose modules: icons. */
const inlined = ['node_modules/@iconify-json/lucide']

/**
 * Writes the notices (`src/shared/notices.ts`) beside the page: the packages that are bundled into it, found from its modules, and those that are
 * shipped as packages.
 */
export function noticesPlugin(): Plugin {
  return {
    name: 'kernelscope-notices',
    apply: 'build',
    generateBundle() {
      // Of the configuration only: this file is bundled into it, so its own place says nothing.
      const root = process.cwd()
      const bundled = [...this.getModuleIds()].map(packageOf).filter((folder) => folder !== null)
      const packages = readPackages(root, new Set([...bundled, ...inlined, ...shippedFolders(root)]))
      this.emitFile({ type: 'asset', fileName: noticesFile, source: JSON.stringify(packages) })
    },
  }
}
