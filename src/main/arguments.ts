import { existsSync } from 'node:fs'
import path from 'node:path'

export interface Start {
  /** Open the sample workspace: `npm run demo`. */
  sample: boolean
  /** Existing files and folders, absolute. */
  paths: string[]
}

/**
 * What a start of the app asks for. Chromium mixes its own switches into `argv`; whatever begins with a dash and is
 * not ours is skipped, and so is the folder of the app itself, which a checkout is started with.
 */
export function startArguments(argv: string[], cwd: string, appFolder: string): Start {
  const paths = argv
    .slice(1)
    .filter((argument) => !argument.startsWith('-'))
    .map((argument) => path.resolve(cwd, argument))
    .filter((file) => file !== path.resolve(appFolder) && existsSync(file))
  return { sample: argv.includes('--sample'), paths }
}
