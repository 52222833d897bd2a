import { readFile, stat } from 'node:fs/promises'
import { KernelscopeError } from '#shared/errors.ts'
import type { Workspace } from '../../workspace/index.ts'
import { keepMasks } from '../masks/draws.ts'
import { keepReplay } from '../masks/replayFile.ts'
import { studyDefinitions } from '../registry.ts'

/** Longer files are read piece by piece. */
const mostHeld = 2 ** 25

/**
 * Copies a file of random draws into the workspace under its digest, after reading it to its end: masks, or what one of
 * the studies writes. A file of more than `held` bytes is never held, and has masks: other draws are few.
 *
 * @throws FILE_MISSING where it cannot be read; DRAWS_MALFORMED, DISK_FULL
 */
export async function importDraws(
  workspace: Workspace,
  path: string,
  held = mostHeld,
): Promise<{ digest: string }> {
  const unreadable = (cause: unknown) => {
    throw new KernelscopeError('FILE_MISSING', `cannot read the draws: ${path}`, { cause })
  }
  const { size } = await stat(path).catch(unreadable)
  if (size > held) return keepReplay(workspace, path)
  const text = await readFile(path, 'utf8').catch(unreadable)
  const value = jsonOf(text)
  const own = studyDefinitions.find(({ replays }) => replays?.reads(value))?.replays
  return { digest: own ? own.keep(workspace.db, text) : await keepMasks(workspace, text) }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new KernelscopeError('DRAWS_MALFORMED', 'invalid draws file: not JSON', { cause })
  }
}
