// The whole set-up of a fresh clone, safe to run again: dependencies, system packages, the Electron runtime.
// It starts on whatever Node the machine has (20 or newer) before anything is installed; so: no dependencies here.
import { spawnSync } from 'node:child_process'
import path from 'node:path'
import { installDependencies, root } from './setup/dependencies.mjs'

const [major] = process.versions.node.split('.')
if (Number(major) < 20) {
  console.error(`setup: Node ${process.versions.node} is too old; install Node 20 or newer`)
  process.exit(2)
}

installDependencies()

// From here on the pinned Node, which reads TypeScript.
const node = path.join(root, 'node_modules/node/bin', process.platform === 'win32' ? 'node.exe' : 'node')
const rest = spawnSync(node, [path.join(root, 'scripts/setup/system.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  cwd: root,
})
process.exit(rest.status ?? 1)
