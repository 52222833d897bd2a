// `npm run demo`: opens the app on the sample workspace. Without a display it runs the sample study in the terminal.
import { spawnSync } from 'node:child_process'
import os from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { hasDisplay } from './display.ts'
import { root, run, sandboxArguments, tool } from './run.ts'
import { electronExecutable } from './setup/electron.ts'

process.exit(hasDisplay() ? await showApp() : runStudy())

async function showApp(): Promise<number> {
  const built = await tool('electron-vite', 'build', '--logLevel', 'warn')
  if (built !== 0) return built
  const sandbox = sandboxArguments()
  if (sandbox.length > 0) console.log("demo: started as root, so without Chromium's sandbox")
  console.log('demo: opening the sample workspace')
  return run(await electronExecutable(), [root, ...sandbox, '--sample'])
}

/** Runs the quick random patch drop on both sample models by the command line, in the sample workspace. */
function runStudy(): number {
  const workspace = path.join(os.homedir(), 'Kernelscope', 'Sample')
  const figures = path.join(workspace, 'exports', 'demo')
  const models = ['RepLK-31', 'RepLK-3'].flatMap((name) => ['--model', name])
  const data = ['--dataset', 'Stickers-16 val', '--preset', 'quick']

  console.log(`demo: there is no display, so the sample study runs here; workspace ${workspace}`)
  kernelscope('workspace', 'sample')
  const answer = kernelscope(
    '-w',
    workspace,
    '--json',
    'study',
    'run',
    'random-patch-drop',
    ...models,
    ...data,
  )
  const { study } = z.object({ study: z.object({ id: z.int() }) }).parse(JSON.parse(answer))
  const id = String(study.id)
  console.log(kernelscope('-w', workspace, 'study', 'show', id))
  console.log('demo: figures written')
  console.log(kernelscope('-w', workspace, 'figure', id, '--format', 'svg,png,csv', '--out', figures))
  return 0
}

/** Runs one command with its progress on this terminal and gives its result. Ends the demo if the command fails. */
function kernelscope(...args: string[]): string {
  const done = spawnSync(process.execPath, [path.join(root, 'src/cli/index.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  })
  if (done.status !== 0) process.exit(done.status ?? 1)
  return done.stdout
}
