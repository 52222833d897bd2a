import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'

/** Why a point does not hold; null where it does; `unchecked` where this machine cannot tell. */
export type Verdict = string | null

/** The verdict on what this machine cannot tell. */
export const unchecked = 'not checked: no ordinary user can start the app here, or this system has no /proc'

/** Whether the bundle of the shell names one of these options or functions. */
export function shellNames(resources: string, names: string[]): Verdict {
  const asar = readFileSync(path.join(resources, 'app.asar')).toString('latin1')
  const found = names.filter((name) => asar.includes(name))
  return found.length === 0 ? null : `the app names ${found.join(', ')}`
}

/** Whether the renderer that was started from an executable has a system call filter. */
export function sandboxed(executable: string): Verdict {
  if (process.platform !== 'linux') return unchecked
  const renderers = processesOf(executable).filter(({ command }) => command.includes('--type=renderer'))
  if (renderers.some(({ command }) => command.includes('--no-sandbox'))) return unchecked
  const filters = renderers.map(
    ({ pid }) => /Seccomp:\s*(\d)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1],
  )
  return renderers.length > 0 && filters.every((filter) => filter === '2')
    ? null
    : `filters: ${filters.join(', ')}`
}

function processesOf(executable: string): { pid: string; command: string }[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        return [{ pid, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8') }]
      } catch {
        // It ended meanwhile.
        return []
      }
    })
    .filter(({ command }) => command.startsWith(executable))
}

/** Whether the fuses of the executable are those of `electron-builder.yml`, as far as this Electron knows them. */
export async function fuses({ executable }: { executable: string }): Promise<Verdict> {
  const wire = await getCurrentFuseWire(executable)
  const wanted: [FuseV1Options, FuseState][] = [
    [FuseV1Options.RunAsNode, FuseState.DISABLE],
    [FuseV1Options.EnableCookieEncryption, FuseState.ENABLE],
    [FuseV1Options.EnableNodeOptionsEnvironmentVariable, FuseState.DISABLE],
    [FuseV1Options.EnableNodeCliInspectArguments, FuseState.DISABLE],
    [FuseV1Options.EnableEmbeddedAsarIntegrityValidation, FuseState.ENABLE],
    [FuseV1Options.OnlyLoadAppFromAsar, FuseState.ENABLE],
    [FuseV1Options.GrantFileProtocolExtraPrivileges, FuseState.DISABLE],
  ]
  const wrong = wanted.filter(([fuse, state]) => wire[fuse] !== state).map(([fuse]) => FuseV1Options[fuse])
  return wrong.length === 0 ? null : `not as wanted: ${wrong.join(', ')}`
}
