import { spawnSync } from 'node:child_process'
import { sandboxArguments } from '../run.ts'

/** The user without rights of its own. */
const nobody = 65534

/**
 * How a packaged app is started: for whom, and with which arguments for its sandbox. Root starts it for an ordinary user, where
 * that user can reach the executable and may make the namespaces that the sandbox is made of; else without a sandbox.
 */
export function ordinaryUser(executable: string): { id: number | null; args: string[] } {
  const withoutRights = { uid: nobody, gid: nobody, stdio: 'ignore' } as const
  const can = (command: string, ...args: string[]) => spawnSync(command, args, withoutRights).status === 0
  const args = sandboxArguments()
  return args.length > 0 &&
    can('test', '-x', executable) &&
    can('unshare', '--user', '--map-root-user', 'true')
    ? { id: nobody, args: [] }
    : { id: null, args }
}
