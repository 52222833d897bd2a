import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = fileURLToPath(new URL('../..', import.meta.url))

const read = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'))

/** True when node_modules holds what the lock file asks for; packages of other platforms may be missing. */
export function dependenciesAreFresh() {
  if (!existsSync(path.join(root, 'node_modules/.package-lock.json'))) return false
  const installed = read('node_modules/.package-lock.json').packages
  return Object.entries(read('package-lock.json').packages).every(
    ([place, wanted]) =>
      place === '' || installed[place]?.version === wanted.version || (wanted.optional && !installed[place]),
  )
}

/** `npm ci` when node_modules is missing or stale. */
export function installDependencies() {
  if (dependenciesAreFresh()) return
  console.log('setup: installing dependencies (npm ci)')
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm'
  const done = spawnSync(npm, ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    stdio: 'inherit',
    cwd: root,
    shell: process.platform === 'win32',
    env: {
      ...process.env,
      // Without the Node that is about to be replaced.
      PATH: withoutLocalBin(process.env.PATH ?? ''),
      // CUDA libraries come from another server; `npm run setup:cuda` fetches them for those who want them.
      ONNXRUNTIME_NODE_INSTALL: 'skip',
    },
  })
  if (done.status !== 0) {
    console.error('setup: npm ci failed; see above')
    process.exit(done.status ?? 1)
  }
}

const withoutLocalBin = (value) =>
  value
    .split(path.delimiter)
    .filter((folder) => !folder.endsWith(path.join('node_modules', '.bin')))
    .join(path.delimiter)
