import { localHost } from './local.ts'
import type { Host } from './host.ts'
import { sshHost } from './ssh.ts'

export type { Answer, Host } from './host.ts'
export { lastLine } from './ssh.ts'

/** The machine where a profile runs SLURM's commands. */
export const hostOf = ({ host }: { host: string | null }): Host => (host === null ? localHost : sshHost(host))
