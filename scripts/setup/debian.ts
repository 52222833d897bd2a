import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** What a bare Debian 13 lacks for Electron, and for running it without a screen. */
const packages = ['xvfb', 'xauth', 'libgtk-3-0t64', 'libnss3', 'libasound2t64', 'libgbm1', 'libxss1']

/** Another installation may be under way (a fresh machine updates itself): its lock is waited for, not failed at. */
const patience = ['-o', 'DPkg::Lock::Timeout=120']

const aptGet = (...args: string[]) =>
  spawnSync('apt-get', ['-qq', ...patience, ...args], {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0

function isInstalled(name: string) {
  const answer = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' })
  return answer.status === 0 && answer.stdout.trim() === 'installed'
}

/** The lists of packages have a lock of their own, which apt-get does not wait for: a few tries, some time apart. */
async function updateLists() {
  for (const seconds of [0, 10, 30]) {
    await setTimeout(1000 * seconds)
    if (aptGet('update')) return true
  }
  return false
}

/** Installs the missing packages where we are root on Debian; otherwise says the exact command and goes on. */
export async function installDebianPackages() {
  if (!existsSync('/etc/debian_version')) return
  const missing = packages.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  const install = ['install', '-y', '--no-install-recommends', ...missing]
  if (process.getuid?.() !== 0) {
    console.warn(`setup: Electron needs system packages; please run\n\n  sudo apt-get ${install.join(' ')}\n`)
    return
  }
  console.log(`setup: installing ${missing.join(', ')}`)
  if (aptGet(...install)) return
  if ((await updateLists()) && aptGet(...install)) return
  throw new Error(`apt-get could not install ${missing.join(', ')}; install them by hand and start again`)
}
