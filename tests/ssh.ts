import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { once } from 'node:events'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

const daemon = '/usr/sbin/sshd'

/** Why a real OpenSSH server cannot be started here; null where it can. Debian's package is `openssh-server`. */
export const noSshd: string | null = !existsSync(daemon)
  ? 'openssh-server is not installed'
  : process.getuid?.() !== 0
    ? 'sshd needs root'
    : null

export interface SshServer {
  /** The host as the client's configuration names it. */
  host: string
  /** Variables for a client: its PATH begins with an `ssh` that knows the host and its key. */
  env: Record<string, string | undefined>
  /** The client's file of known hosts. */
  knownHosts: string
  /** Ends the server and the sessions that it began, or starts it again. */
  stop(): Promise<void>
  start(): Promise<void>
  close(): Promise<void>
}

/**
 * Starts a real OpenSSH server on the loopback address, with keys of its own, for the current user.
 *
 * @param there variables of the sessions that it begins
 */
export async function startSsh(there: Record<string, string>): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), 'ks-ssh-'))
  const file = (name: string) => join(folder, name)
  const port = await freePort()
  for (const key of ['host', 'user'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', file(key)])
  writeFileSync(file('authorized'), readFileSync(file('user.pub')), { mode: 0o600 })
  const setEnv = Object.entries(there).map(([name, value]) => `"${name}=${value}"`)
  writeFileSync(
    file('sshd_config'),
    [
      `Port ${port}`,
      'ListenAddress 127.0.0.1',
      `HostKey ${file('host')}`,
      'PidFile none',
      `AuthorizedKeysFile ${file('authorized')}`,
      'StrictModes no',
      'UsePAM no',
      'PasswordAuthentication no',
      'Subsystem sftp internal-sftp',
      ...(setEnv.length > 0 ? [`SetEnv ${setEnv.join(' ')}`] : []),
    ].join('\n'),
  )
  const [type = '', key = ''] = readFileSync(file('host.pub'), 'utf8').split(' ')
  writeFileSync(file('known_hosts'), `[127.0.0.1]:${port} ${type} ${key}\n`)
  writeFileSync(
    file('config'),
    [
      'Host lab',
      'HostName 127.0.0.1',
      `Port ${port}`,
      `User ${userInfo().username}`,
      `IdentityFile ${file('user')}`,
      'IdentitiesOnly yes',
      `UserKnownHostsFile ${file('known_hosts')}`,
      'GlobalKnownHostsFile none',
    ].join('\n'),
  )
  mkdirSync(file('bin'))
  writeFileSync(file('bin/ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${file('config')} "$@"\n`)
  chmodSync(file('bin/ssh'), 0o755)
  mkdirSync('/run/sshd', { recursive: true })

  let server: ReturnType<typeof spawn> | null = null
  const start = async () => {
    server = spawn(daemon, ['-D', '-f', file('sshd_config'), '-E', file('log')], {
      stdio: 'ignore',
      detached: true,
    })
    for (let left = 100; !(await answers(port)); left--) {
      if (left === 0) throw new Error(`sshd does not answer: ${readFileSync(file('log'), 'utf8')}`)
      await delay(50)
    }
  }
  const stop = async () => {
    if (!server?.pid) return
    const gone = once(server, 'exit')
    for (const pid of sessionsOf(server.pid)) end(pid)
    end(server.pid)
    await gone
    server = null
  }
  await start()
  return {
    host: 'lab',
    env: { ...process.env, PATH: `${file('bin')}:${process.env['PATH']}` },
    knownHosts: file('known_hosts'),
    start,
    stop,
    async close() {
      await stop()
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended.
  }
}

/** Processes of sshd below one, at any depth. What they started is left to end by itself. */
function sessionsOf(pid: number): number[] {
  const table = execFileSync('ps', ['-eo', 'pid=,ppid=,comm='], { encoding: 'utf8' })
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/))
  const children = rows.filter(([, parent, name = '']) => parent === String(pid) && name.startsWith('sshd'))
  return children.flatMap(([child]) => [Number(child), ...sessionsOf(Number(child))])
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  return address.port
}

async function answers(port: number): Promise<boolean> {
  const { connect } = await import('node:net')
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
