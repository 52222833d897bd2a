import { rmSync } from 'node:fs'
import { join } from 'node:path'
import type { PackReport } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape } from '#shared/errors.ts'
import { nextTurn } from '../base/nextTurn.ts'
import { temporaryFolder } from '../base/temporary.ts'
import { forgetKeys, markUsed, mergeFacts, mergeKeys, packedOf, recordPack } from '../facts/index.ts'
import { mergeMasks } from '../studies/index.ts'
import { attach, type Workspace } from '../workspace/index.ts'
import { checkPack } from './checkPack.ts'
import { openContainer } from './container.ts'
import { packSchema, refusePack, type PackHead } from './packSchema.ts'
import { unpackPack, type UnpackedPack } from './unpackPack.ts'

/** How packs are added. */
export interface Merging {
  signal?: AbortSignal | undefined
  /** Called with how many packs are done, and of the present one how many facts were looked at, of how many; none before it is checked. */
  onProgress?: ((packs: number, of: number, facts: { seen: number; all: number }) => void) | undefined
  /** Called between steps; its error ends it. */
  mayGoOn?: (() => void) | undefined
}

/**
 * Adds packs of facts to the open workspace, one after the other. A pack that is damaged, of models or images that are not here, or
 * that says what cannot have been measured is refused, and nothing of it is added; the others are. Facts that are here stay. Facts
 * come in steps, each a transaction with its marks and sums, as those of a run do; where it is stopped, the same packs added
 * again go on.
 *
 * @returns what came of each pack, in their order
 * @throws CANCELLED where it was stopped; what came stays
 * @throws JOB_STATE where another workspace or pack is being added
 * @throws DISK_FULL where the temporary folder or the workspace has no room; the error of `mayGoOn`
 */
export async function mergePacks(
  workspace: Pick<Workspace, 'db' | 'draws'>,
  files: readonly string[],
  { signal, onProgress, mayGoOn }: Merging = {},
): Promise<PackReport[]> {
  const reports: PackReport[] = []
  for (const [at, file] of files.entries()) {
    const step = async () => {
      await nextTurn()
      mayGoOn?.()
      if (signal?.aborted)
        throw new KernelscopeError('CANCELLED', 'adding packs was stopped; what came stays')
    }
    await step()
    const report = (seen: number, all: number) => onProgress?.(at, files.length, { seen, all })
    report(0, 0)
    reports.push(await mergedPack(workspace, file, step, report))
  }
  onProgress?.(files.length, files.length, { seen: 0, all: 0 })
  return reports
}

const refusals = ['PACK_MALFORMED', 'PACK_FOREIGN', 'FILE_MISSING', 'FILE_UNREADABLE', 'UNSUPPORTED']

async function mergedPack(
  workspace: Pick<Workspace, 'db' | 'draws'>,
  file: string,
  step: () => Promise<void>,
  report: (seen: number, all: number) => void,
): Promise<PackReport> {
  const nothing = { predictions: 0, measurements: 0, failures: 0 }
  const base = { file, digest: null, plan: null, unit: null, added: nothing, there: nothing, problem: null }
  const folder = temporaryFolder('pack')
  try {
    const pack = await openContainer(file, 'pack', packSchema, refusePack(file))
    try {
      const { digest, head } = pack
      const about = { ...base, digest, plan: head.plan, unit: head.unit.name }
      if (packedOf(workspace.db, head.plan)?.packs[head.unit.name] === digest)
        return { ...about, state: 'known', there: head.facts }
      const unpacked = await unpackPack({ ...pack, path: file }, folder)
      try {
        const checking = checkPack(workspace.db, unpacked)
        while (!checking.next().done) await step()
      } finally {
        unpacked.db.close()
      }
      return { ...about, ...(await added(workspace, unpacked, step, report)) }
    } finally {
      await pack.close()
    }
  } catch (error) {
    if (!(error instanceof KernelscopeError) || !refusals.includes(error.code)) throw error
    return { ...base, state: 'refused', problem: toErrorShape(error) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

async function added(
  { db, draws }: Pick<Workspace, 'db' | 'draws'>,
  pack: UnpackedPack,
  step: () => Promise<void>,
  report: (seen: number, all: number) => void,
): Promise<Pick<PackReport, 'state' | 'added' | 'there'>> {
  const { head, digest } = pack
  await mergeMasks(pack.draws, draws)
  const detach = attach(db, pack.file)
  try {
    const keys = mergeKeys(db)
    const keyStep = db.transaction(() => keys.next())
    while (!keyStep().done) await step()
    const facts = mergeFacts(db)
    const factStep = db.transaction(() => facts.next())
    let [found, seen] = [factStep(), 0]
    while (!found.done) {
      seen += found.value
      report(seen, sum(head.facts))
      await step()
      found = factStep()
    }
    const numbers = (of: 'added' | 'there'): PackReport['added'] => {
      const by = new Map(found.done ? found.value.map((part) => [part.name, part[of]]) : [])
      return {
        predictions: by.get('predictions') ?? 0,
        measurements: by.get('measurements') ?? 0,
        failures: by.get('failures') ?? 0,
      }
    }
    const came = { added: numbers('added'), there: numbers('there') }
    db.transaction(() => record(pack, came.added))()
    return { state: sum(came.added) > 0 ? 'added' : 'known', ...came }
  } finally {
    if (db.open) forgetKeys(db)
    detach()
  }

  function record(of: UnpackedPack, numbers: PackReport['added']): void {
    // What was measured elsewhere is what the study shows now, whatever was measured here with another provider.
    if (sum(numbers) > 0)
      for (const id of db.prepare<[], number>('SELECT here FROM merged_variant').pluck().all())
        markUsed(db, id)
    recordPack(db, {
      plan: head.plan,
      unit: head.unit.name,
      digest,
      study: { kind: of.head.study.kind, createdAt: of.head.study.createdAt },
      units: head.unit.of,
      added: sum(numbers),
      runtimes: head.runtimes,
    })
  }
}

const sum = (of: Pick<PackHead['facts'], 'predictions' | 'measurements' | 'failures'>): number =>
  of.predictions + of.measurements + of.failures

/** Where the pack of a unit lies by convention: `FOLDER/unit-12a.pack`. */
export const packFile = (folder: string, unit: string): string => join(folder, `unit-${unit}.pack`)
