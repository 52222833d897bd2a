import type Database from 'better-sqlite3'
import type { Engine } from '#engine/api/index.ts'
import { factColumns, factRows } from '../../factRows.ts'

/**
 * Every stored prediction and vector of a workspace with all its bits, by variant, condition, image and class. What
 * belongs to the run and not to the result is left out: speed, batch size, the order of rows. `without`: keys to leave out.
 */
export const storedBits = ({ session }: Engine, without?: (key: string) => boolean): Map<string, string> =>
  bitsIn(session.open().workspace.db, without)

/** The same of a database. */
export function bitsIn(
  db: Database.Database,
  without: (key: string) => boolean = () => false,
): Map<string, string> {
  const from = (table: string) =>
    `FROM ${table} p JOIN variant v ON v.id = p.variant_id JOIN condition c ON c.id = p.condition_id
     JOIN example e ON e.id = p.example_id`
  const key = `v.key || ' ' || c.transform || ' ' || hex(e.digest) || ' ' || e.class`
  // Reals go to text with all the digits that tell them apart.
  const text = (name: string) =>
    `CASE typeof(p.${name}) WHEN 'real' THEN format('%!.17g', p.${name}) WHEN 'blob' THEN hex(p.${name}) ELSE coalesce(p.${name}, '-') END`
  const predictions = factRows(db)
    .prepare<[], [string, string]>(
      `SELECT ${key}, ${factColumns.map(text).join(" || ' ' || ")} ${from('fact')}`,
    )
    .raw()
    .all()
  const measurements = db
    .prepare<[], [string, string]>(`SELECT ${key}, hex(p.value) ${from('measurement')}`)
    .raw()
    .all()
  const all = [...predictions, ...measurements].filter(([found]) => !without(found))
  return new Map(all.sort(([a], [b]) => (a < b ? -1 : 1)))
}

/** Up to three entries that differ between two workspaces, or that only one of them has. */
export function differentBits(a: ReadonlyMap<string, string>, b: ReadonlyMap<string, string>) {
  const keys = [...new Set([...a.keys(), ...b.keys()])].filter((key) => a.get(key) !== b.get(key))
  return keys.slice(0, 3).map((key) => [key, a.get(key)?.slice(0, 200), b.get(key)?.slice(0, 200)])
}
