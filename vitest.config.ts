import { availableParallelism } from 'node:os'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vitest/config'
import { SlowestFirst } from './tests/order.ts'
import { apart, mocked, pure } from './tests/pure.ts'

/** What the tests of parts have in common, whatever they cost. */
const parts = {
  environment: 'node' as const,
  setupFiles: ['tests/seed.ts'],
  testTimeout: 120_000,
  hookTimeout: 240_000,
  sequence: { groupOrder: 0 },
}

export default defineConfig({
  test: {
    // Files fill the cores, so that more threads of one would only wait for one another. Tests of threads set them.
    env: { KERNELSCOPE_THREADS: '1', ORT_DISABLE_TELEMETRY: '1' },
    // One more than there are cores, because some files wait for programs, polls and timers most of their time.
    maxWorkers: availableParallelism() + 1,
    reporters: ['default'],
    sequence: { sequencer: SlowestFirst },
    // Limits are for what hangs, on a machine ten times slower than the one this was written on.
    expect: { poll: { timeout: 20_000 } },
    projects: [
      {
        plugins: [vue()],
        test: { ...parts, name: 'pure', include: pure, exclude: mocked, isolate: false },
      },
      { plugins: [vue()], test: { ...parts, name: 'mocked', include: mocked } },
      {
        plugins: [vue()],
        test: {
          ...parts,
          name: 'parts',
          include: ['tests/**/*.test.ts'],
          exclude: ['tests/e2e/**', ...pure, ...apart],
          isolate: false,
        },
      },
      { plugins: [vue()], test: { ...parts, name: 'apart', include: apart, exclude: pure } },
      {
        test: {
          name: 'app',
          environment: 'node',
          include: ['tests/e2e/**/*.test.ts'],
          globalSetup: ['tests/e2e/display.ts'],
          fileParallelism: false,
          testTimeout: 240_000,
          hookTimeout: 240_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
})
