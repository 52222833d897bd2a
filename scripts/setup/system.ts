// Second half of the set-up, on the pinned Node: the system packages of Electron, and Electron.
import { installForWindow } from './debian.ts'
import { electronFolder } from './electron.ts'

try {
  await installForWindow()
  console.log(`setup: Electron runtime in ${await electronFolder()}`)
} catch (error) {
  console.error(`setup: ${error instanceof Error ? error.message : String(error)}`)
  process.exit(1)
}
