import { spawn, type SpawnOptions } from 'node:child_process'
import path from 'node:path'

export const root = path.resolve(import.meta.dirname, '..')

/** Runs a program on this terminal and gives its exit code, 1 where a signal ended it. */
export function run(command: string, args: string[], options: SpawnOptions = {}): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const child = spawn(command, args, { stdio: 'inherit', cwd: root, ...options })
  child.on('error', reject)
  child.on('exit', (code) => resolve(code ?? 1))
  return promise
}

const windows = process.platform === 'win32'
const inBin = (name: string) => path.join(root, 'node_modules/.bin', windows ? `${name}.cmd` : name)

/** Runs a tool of node_modules by its name in `.bin`, on the Node of this process. */
export const tool = (name: string, ...args: string[]) => run(inBin(name), args, { shell: windows })

/** Like `tool`, but gives the output instead of printing it. */
export async function captured(name: string, ...args: string[]): Promise<{ code: number; output: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const env = process.stdout.isTTY ? { ...process.env, FORCE_COLOR: '1' } : process.env
  const child = spawn(inBin(name), args, {
    cwd: root,
    shell: windows,
    stdio: ['ignore', 'pipe', 'pipe'],
    env,
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  child.on('error', reject)
  child.on('close', (code) => resolve(code ?? 1))
  return { code: await promise, output: output.trimEnd() }
}

/** Turns Chromium's sandbox off for root, because it does not work there. The packaged app never does this. */
export const sandboxArguments = () => (process.getuid?.() === 0 ? ['--no-sandbox'] : [])
