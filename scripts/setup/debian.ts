import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'

/** Packages that Electron needs on a plain Debian 13, also without a display. */
const windowPackages = ['xvfb', 'xauth', 'libgtk-3-0t64', 'libnss3', 'libasound2t64', 'libgbm1', 'libxss1']

/** Packages of which the tests start services of their own; without them those tests are skipped and say so. */
const servicePackages = ['slurmctld', 'slurmd', 'slurm-client', 'munge', 'openssh-server']

/** Waits for the lock of another installation, because a new machine may be updating itself. */
const waitForLock = ['-o', 'DPkg::Lock::Timeout=120']

const aptGet = (...args: string[]) =>
  spawnSync('apt-get', ['-qq', ...waitForLock, ...args], {
    stdio: 'inherit',
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  }).status === 0

function isInstalled(name: string) {
  const answer = spawnSync('dpkg-query', ['-W', '-f', '${db:Status-Status}', name], { encoding: 'utf8' })
  return answer.status === 0 && answer.stdout.trim() === 'installed'
}

/** Updates the lists of packages, with a few tries: apt-get does not wait for their lock. */
async function updateLists() {
  for (const seconds of [0, 10, 30]) {
    await setTimeout(1000 * seconds)
    if (aptGet('update')) return true
  }
  return false
}

/** Installs what Electron needs, as root on Debian. Otherwise prints the command and goes on. */
export const installForWindow = (): Promise<void> => install(windowPackages, 'Electron needs system packages')

/** Installs what the tests start, in the same way. Where that fails, it is said, and the tests go on without it. */
export async function installForTests(): Promise<void> {
  try {
    await install(servicePackages, 'some tests start services')
  } catch (error) {
    console.warn(`setup: ${error instanceof Error ? error.message : String(error)}`)
  }
}

async function install(packages: readonly string[], why: string): Promise<void> {
  if (!existsSync('/etc/debian_version')) return
  const missing = packages.filter((name) => !isInstalled(name))
  if (missing.length === 0) return
  const words = ['install', '-y', '--no-install-recommends', ...missing]
  if (process.getuid?.() !== 0) {
    console.warn(`setup: ${why}; please run\n\n  sudo apt-get ${words.join(' ')}\n`)
    return
  }
  console.log(`setup: installing ${missing.join(', ')}`)
  if (aptGet(...words)) return
  if ((await updateLists()) && aptGet(...words)) return
  throw new Error(`apt-get could not install ${missing.join(', ')}; install them by hand and start again`)
}
