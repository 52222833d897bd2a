import { spawn, type SpawnOptions } from 'node:child_process'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '..')

/** Runs a program to its end, on our own terminal, and gives its exit code; 1 when a signal ended it. */
export function run(command: string, args: string[], options: SpawnOptions = {}): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const child = spawn(command, args, { stdio: 'inherit', cwd: root, ...options })
  child.on('error', reject)
  child.on('exit', (code) => resolve(code ?? 1))
  return promise
}

/** A tool of node_modules by its name in `.bin`, on the Node that runs us. */
export const tool = (name: string, ...args: string[]) =>
  run(path.join(root, 'node_modules/.bin', process.platform === 'win32' ? `${name}.cmd` : name), args, {
    shell: process.platform === 'win32',
  })

/** Chromium's sandbox refuses to work for root; only then, and never in a packaged app, it is left out. */
export const sandboxArguments = () => (process.getuid?.() === 0 ? ['--no-sandbox'] : [])
