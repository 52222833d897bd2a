import { z } from 'zod'
import { canonicalJson } from '#shared/canonical.ts'
import { disposableJson, type Db } from '../workspace/index.ts'

const runtime = z.object({ provider: z.string(), precision: z.string(), onnxruntime: z.string() })

/** What is kept of the packs of facts that were added for one plan of a study. */
const packedPlan = z.object({
  study: z.object({ kind: z.string(), createdAt: z.int() }),
  /** How many units the plan has. */
  units: z.int(),
  /** Digest of the pack of each unit that was added, by the unit's name. */
  packs: z.record(z.string(), z.string()),
  /** Facts that came from them. */
  added: z.int(),
  runtimes: z.array(runtime),
})
export type PackedPlan = z.infer<typeof packedPlan>

const keyOf = (plan: string) => `packs ${plan}`

/** What is kept of the packs of a plan, by the plan's digest; null before the first. */
export function packedOf(db: Db, plan: string): PackedPlan | null {
  const text = db
    .prepare<[string], string>('SELECT value FROM setting WHERE key = ?')
    .pluck()
    .get(keyOf(plan))
  return text === undefined ? null : disposableJson(packedPlan, text)
}

/** A pack that was added whole. */
export interface AddedPack extends Pick<PackedPlan, 'study' | 'units' | 'runtimes' | 'added'> {
  /** Digest of the plan. */
  plan: string
  /** Name of the unit. */
  unit: string
  /** Digest of the pack. */
  digest: string
}

/** Keeps that a pack was added. Call it in a transaction. */
export function recordPack(db: Db, { plan, unit, digest, ...pack }: AddedPack): void {
  const before = packedOf(db, plan)
  const runtimes = new Map(
    [...(before?.runtimes ?? []), ...pack.runtimes].map((one) => [canonicalJson(one), one]),
  )
  const now: PackedPlan = {
    study: pack.study,
    units: pack.units,
    packs: { ...before?.packs, [unit]: digest },
    added: (before?.added ?? 0) + pack.added,
    runtimes: [...runtimes.values()],
  }
  db.prepare('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)').run(
    keyOf(plan),
    JSON.stringify(now),
  )
}

/** What is kept of the plans of a study, by its kind and when it was stored. */
export function packedPlansOf(db: Db, study: PackedPlan['study']): PackedPlan[] {
  return db
    .prepare<[], string>("SELECT value FROM setting WHERE key LIKE 'packs %' ORDER BY key")
    .pluck()
    .all()
    .flatMap((text) => disposableJson(packedPlan, text) ?? [])
    .filter((found) => found.study.kind === study.kind && found.study.createdAt === study.createdAt)
}
