import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, openSync, closeSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { engineEnvironment } from '#shared/engineEnvironment.ts'
import { hasEnded, ownProcess } from '../base/ownProcess.ts'
import { makeRunFolder, type Places } from './places.ts'
import { engineFor, type RunningEngine } from './running.ts'

/** Time for an engine to start, or for another start to end. */
const startWithinMs = 60_000

/** How an engine is started: the program, and its arguments before `--workspace PATH`. */
export interface EngineProgram {
  node: string
  args: readonly string[]
}

/**
 * Finds the running engine for a workspace, or starts one in a session of its own, which outlives this process. Only one is
 * started at a time, so that two windows that come at once share it.
 *
 * @throws ENGINE_DOWN where it does not start; details are what it printed
 * @throws UNSUPPORTED where the folder of the sockets is not of this user alone
 */
export async function findOrStart(
  places: Places,
  program: EngineProgram,
  workspace: string | null,
): Promise<RunningEngine> {
  makeRunFolder(places.run)
  const lock = join(places.run, 'starting')
  const until = Date.now() + startWithinMs
  for (;;) {
    const running = engineFor(places.run, workspace)
    if (running) return running
    if (take(lock)) break
    if (Date.now() > until) throw new KernelscopeError('ENGINE_DOWN', `another start takes too long: ${lock}`)
    await delay(50)
  }
  try {
    await start(places, program, workspace)
  } finally {
    rmSync(lock, { force: true })
  }
  const started = engineFor(places.run, workspace)
  if (started) return started
  throw new KernelscopeError('ENGINE_DOWN', 'the engine ended as soon as it was started')
}

/** Takes a lock that names this process. One of a process that has ended is removed first. */
function take(lock: string): boolean {
  try {
    writeFileSync(lock, ownProcess, { flag: 'wx', mode: 0o600 })
    return true
  } catch {
    const holder = readIfThere(lock)
    if (holder !== null && hasEnded(holder) !== false) rmSync(lock, { force: true })
    return false
  }
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return null
  }
}

async function start(places: Places, { node, args }: EngineProgram, workspace: string | null): Promise<void> {
  mkdirSync(places.logs, { recursive: true, mode: 0o700 })
  const file = join(places.logs, 'serve.out')
  const output = openSync(file, 'w', 0o600)
  const child = spawn(node, [...args, ...(workspace === null ? [] : ['--workspace', workspace])], {
    // Its own session: the end of this connection does not reach it.
    detached: true,
    cwd: homedir(),
    stdio: ['ignore', output, output, 'ipc'],
    env: engineEnvironment(process.env),
  })
  closeSync(output)
  const ready = once(child, 'message').then(() => true)
  const ended = once(child, 'exit').then(() => false)
  const late = delay(startWithinMs, false, { ref: false })
  const came = await Promise.race([ready, ended, late])
  if (!came) {
    child.kill('SIGKILL')
    throw new KernelscopeError('ENGINE_DOWN', 'the engine did not start on the other machine', {
      hint: `See ${file} there.`,
      details: (readIfThere(file) ?? '').slice(-4000),
    })
  }
  child.disconnect()
  child.unref()
}
