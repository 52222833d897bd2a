// `npm run package -- --dir`: the app as users get it, with the Electron runtime at hand.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { tool } from './run.ts'
import { electronFolder } from './setup/electron.ts'

const code = await tool('electron-vite', 'build', '--logLevel', 'warn')
if (code !== 0) process.exit(code)

// electron-builder moves what it is given; and what starts checkouts (resources/app) would hide the packaged app.
const runtime = await electronFolder()
const starter = path.join(runtime, 'resources', 'app')
const copy = mkdtempSync(path.join(os.tmpdir(), 'electron-'))
try {
  cpSync(runtime, copy, { recursive: true, filter: (file) => file !== starter })
  process.exitCode = await tool('electron-builder', ...process.argv.slice(2), `-c.electronDist=${copy}`)
} finally {
  rmSync(copy, { recursive: true, force: true })
}
