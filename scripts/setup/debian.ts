import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'

/** What a bare Debian 13 lacks for Electron, and for running it without a screen. */
const packages = ['xvfb', 'xauth', 'libgtk-3-0t64', 'libnss3', 'libasound2t64', 'libgbm1', 'libxss1']

const run = (command: string, ...args: string[]) =>
  spawnSync(command, args, {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0

function isInstalled(name: string) {
  const answer = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' })
  return answer.status === 0 && answer.stdout.trim() === 'installed'
}

/** Installs the missing packages where we are root on Debian; otherwise says the exact command and goes on. */
export function installDebianPackages() {
  if (!existsSync('/etc/debian_version')) return
  const missing = packages.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  const install = ['install', '-y', '--no-install-recommends', ...missing]
  if (process.getuid?.() !== 0) {
    console.warn(`setup: Electron needs system packages; please run\n\n  sudo apt-get ${install.join(' ')}\n`)
    return
  }
  console.log(`setup: installing ${missing.join(', ')}`)
  if (run('apt-get', '-qq', ...install)) return
  if (run('apt-get', '-qq', 'update') && run('apt-get', '-qq', ...install)) return
  throw new Error(`apt-get could not install ${missing.join(', ')}; install them by hand and start again`)
}
