import { existsSync } from 'node:fs'
import path from 'node:path'
import { isFarAddress } from '#shared/farAddress.ts'

export interface StartArguments {
  /** Open the sample workspace: `npm run demo`. */
  sample: boolean
  /** Absolute paths of existing files and folders, and addresses `ssh://…`. */
  paths: string[]
}

/**
 * Reads what a start of the app asks for. Chromium mixes its own switches into `argv`, so unknown arguments with a dash
 * are skipped. The app's own folder is skipped too, because a checkout is started with it.
 */
export function startArguments(argv: string[], cwd: string, appFolder: string): StartArguments {
  const paths = argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => (isFarAddress(argument) ? argument : path.resolve(cwd, argument)))
    .filter((file) => isFarAddress(file) || (file !== path.resolve(appFolder) && existsSync(file)))
  return { sample: argv.includes('--sample'), paths }
}
