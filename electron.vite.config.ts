import path from 'node:path'
import ui from '@nuxt/ui/vite'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'electron-vite'
import { noticesPlugin } from './scripts/notices/plugin.ts'

/**
 * The oldest Electron the app must run on is 33 (Chrome 130, Node 20); see docs/decisions. The engine and the command
 * line run on the pinned Node 24, which reads the same output.
 */
const oldest = { shell: 'node20.18', page: 'chrome130' }

const devPort = 5273

export default defineConfig({
  main: {
    build: {
      target: oldest.shell,
      rolldownOptions: {
        input: {
          index: 'src/main/index.ts',
          engine: 'src/engine/main.ts',
          'inference.worker': 'src/engine/inference/worker.ts',
          'images.worker': 'src/engine/images/worker.ts',
          'figures.worker': 'src/engine/figures/worker.ts',
          'graphs.worker': 'src/engine/checkpoints/thread/worker.ts',
          'browse.worker': 'src/engine/datasets/browse/worker.ts',
          'reading.worker': 'src/engine/studies/reading/worker.ts',
          'keeping.worker': 'src/engine/workspace/keeping/worker.ts',
          cli: 'src/cli/index.ts',
        },
        // Flat, so that `import.meta.url` of any chunk is beside the entries (engine/threads/url.ts and engine/base/resources.ts rely on it).
        output: { format: 'es', entryFileNames: '[name].js', chunkFileNames: '[name]-[hash].js' },
      },
    },
  },
  preload: {
    build: {
      target: oldest.shell,
      // A sandboxed preload is one CommonJS file without node_modules.
      externalizeDeps: false,
      rolldownOptions: {
        input: { index: 'src/preload/index.ts' },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    root: 'src/renderer',
    // The page is at app://, whatever serves it; so vite's reload socket must be told where its server is.
    server: {
      host: '127.0.0.1',
      port: devPort,
      strictPort: true,
      hmr: { protocol: 'ws', host: '127.0.0.1', clientPort: devPort },
    },
    plugins: [
      vue(),
      noticesPlugin(),
      ui({
        dts: false,
        autoImport: false,
        colorMode: true,
        theme: { colors: ['primary', 'secondary', 'success', 'info', 'warning', 'error'] },
        ui: {
          colors: { primary: 'teal', secondary: 'sky', neutral: 'zinc' },
          // 24 pixels from one box to the next: a small box is still easy to hit.
          checkbox: { slots: { root: 'min-h-6 min-w-6' } },
        },
        icon: { clientBundle: { scan: { globInclude: ['**/*.{vue,ts}'] } } },
      }),
    ],
    build: {
      target: oldest.page,
      minify: true,
      // Fonts as files: the content policy lets no data: font in.
      assetsInlineLimit: 0,
      // Loaded from disk, once.
      chunkSizeWarningLimit: 4000,
      rolldownOptions: { input: path.resolve(import.meta.dirname, 'src/renderer/index.html') },
    },
  },
})
