import { stat } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'
import { readUserText, requireRegular } from '../../base/userFile.ts'
import type { Workspace } from '../../workspace/index.ts'
import { keepMasks } from '../masks/draws.ts'
import { keepReplay } from '../masks/replayFile.ts'
import { studyDefinitions } from '../registry.ts'

/** Most bytes of a file that is read at once. */
const mostHeld = 2 ** 25

/**
 * Copies a draws file into the workspace and returns its digest, which names it from then on. The file holds
 * masks, or what a study writes. A file of more than `held` bytes is read piece by piece and must hold masks,
 * because other draws are few.
 *
 * @throws FILE_MISSING, FILE_UNREADABLE where it cannot be read
 * @throws DRAWS_MALFORMED where it is no draws file; the message names the file and the place in it
 * @throws DISK_FULL where the disk is full
 */
export async function importDraws(
  workspace: Workspace,
  path: string,
  held = mostHeld,
): Promise<{ digest: string }> {
  requireRegular(path)
  try {
    if ((await stat(path)).size > held) return await keepReplay(workspace, path)
    const text = await readUserText(path)
    const value = jsonOf(text)
    const own = studyDefinitions.find(({ replays }) => replays?.reads(value))?.replays
    return { digest: own ? own.keep(workspace.db, text) : await keepMasks(workspace, text) }
  } catch (error) {
    throw inFile(path, error)
  }
}

/** The error with the name of the file, where it says what is wrong with the content. */
function inFile(path: string, error: unknown): unknown {
  if (!(error instanceof KernelscopeError) || error.code !== 'DRAWS_MALFORMED') return error
  return new KernelscopeError(error.code, `${error.message}, in ${path}`, {
    cause: error,
    hint: 'docs/formats.md describes draws and subsets files, with examples.',
  })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KernelscopeError('DRAWS_MALFORMED', 'invalid draws file: not JSON', { cause })
  }
}
