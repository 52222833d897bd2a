// `npm run package -- --dir`: builds the app for users, with the Electron runtime of this machine.
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { tool } from './run.ts'
import { electronFolder } from './setup/electron.ts'

const code = await tool('electron-vite', 'build', '--logLevel', 'warn')
if (code !== 0) process.exit(code)

// electron-builder moves the runtime's files, so it gets a copy. The copy has no resources/app, which would replace the app.
const runtime = await electronFolder()
const starter = path.join(runtime, 'resources', 'app')
const copy = mkdtempSync(path.join(os.tmpdir(), 'electron-'))
try {
  cpSync(runtime, copy, { recursive: true, filter: (file) => file !== starter })
  process.exitCode = await tool('electron-builder', ...process.argv.slice(2), `-c.electronDist=${copy}`)
} finally {
  rmSync(copy, { recursive: true, force: true })
}
