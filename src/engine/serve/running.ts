import { readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { hasEnded, ownProcess, processPattern } from '../base/ownProcess.ts'
import { version } from '../base/version.ts'

/** A running engine: its process, its socket, and the workspace that it has open or was asked for. */
export interface RunningEngine {
  pid: number
  version: string
  socket: string
  workspace: string | null
}

const named = new RegExp(String.raw`^([\w.+-]+)-(${processPattern})\.sock$`)
const state = z.object({ workspace: z.string().nullable() })

/** Paths of the socket and of the state file of this process. Others find the engine by them. */
export const ownFiles = (run: string) => {
  const name = join(run, `${version}-${ownProcess}`)
  return { socket: `${name}.sock`, state: `${name}.json` }
}

/** The engines of this user that run, of any version. Files of those that have ended are removed. */
export function runningEngines(run: string): RunningEngine[] {
  const engines: RunningEngine[] = []
  for (const name of readdirSync(run)) {
    const [, of, who] = named.exec(name) ?? []
    if (of === undefined || who === undefined) continue
    const socket = join(run, name)
    const stateFile = socket.replace(/sock$/, 'json')
    if (hasEnded(who) !== false) {
      for (const file of [socket, stateFile]) rmSync(file, { force: true })
      continue
    }
    engines.push({ pid: Number.parseInt(who), version: of, socket, workspace: workspaceIn(stateFile) })
  }
  return engines
}

/** The engine of this version for a workspace: the one that has it, or one that has none and was made for none. */
export function engineFor(run: string, workspace: string | null): RunningEngine | undefined {
  const wanted = workspace === null ? null : real(workspace)
  return runningEngines(run).find(
    (engine) =>
      engine.version === version && (engine.workspace === null ? null : real(engine.workspace)) === wanted,
  )
}

function workspaceIn(file: string): string | null {
  try {
    return state.parse(JSON.parse(readFileSync(file, 'utf8'))).workspace
  } catch {
    // It has not opened any yet.
    return null
  }
}

/** The path behind links; of what does not exist, the path itself. */
function real(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}
