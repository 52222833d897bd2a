// `npm run dev`: the app from source with hot reload, in the Electron of this machine.
import { electronExecutable } from './setup/electron.ts'
import { sandboxArguments, tool } from './run.ts'

process.env['ELECTRON_EXEC_PATH'] = await electronExecutable()
process.exit(
  await tool('electron-vite', 'dev', '--watch', '--', ...sandboxArguments(), ...process.argv.slice(2)),
)
