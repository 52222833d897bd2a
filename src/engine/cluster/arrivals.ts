import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { KernelscopeError } from '#shared/errors.ts'
import type { Host } from './host/index.ts'

/** What a pack brought into the workspace. */
export interface Taken {
  added: number
  known: number
}

/** Merges the pack of a unit of a plan. @throws PACK_MALFORMED, PACK_FOREIGN where it is refused */
export type TakePack = (file: string, plan: string, unit: string, signal: AbortSignal) => Promise<Taken>

/** A pack that arrived: what it brought, or why it was refused. */
export type Arrival = { name: string } & ({ taken: Taken } | { refused: string })

/** Errors that are of the pack. All others are of this machine or of the way there: it is tried again at the next look. */
const ofPack = new Set(['PACK_MALFORMED', 'PACK_FOREIGN'])

/**
 * Brings packs here and merges them one by one. One that is refused does not hold up the others.
 *
 * @param temporary folder for their copies
 * @throws UNSUPPORTED where the host cannot be reached; any error of this machine
 */
export async function* takeArrivals(
  host: Host,
  run: { folder: string; plan: string },
  names: readonly string[],
  take: TakePack,
  temporary: string,
  signal: AbortSignal,
): AsyncGenerator<Arrival, void, undefined> {
  for (const name of names) {
    signal.throwIfAborted()
    const file = join(temporary, 'pack')
    try {
      await host.fetch(`${run.folder}/packs/${name}`, file, { signal })
      yield { name, taken: await take(file, run.plan, name, signal) }
    } catch (error) {
      signal.throwIfAborted()
      if (!(error instanceof KernelscopeError && ofPack.has(error.code))) throw error
      yield { name, refused: error.message }
    } finally {
      await rm(file, { force: true })
    }
  }
}
