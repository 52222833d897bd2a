import { KernelscopeError } from '#shared/errors.ts'
import { canonicalTransform, transform as schema, type Transform } from '#shared/transform.ts'
import { storedJson, type Db } from '../workspace/index.ts'

/** Returns a function that finds the id of a transform's condition; null where it is not stored and so has no facts. */
export function conditionFinder(db: Db): (transform: Transform) => number | null {
  const find = db.prepare<[string], number>('SELECT id FROM condition WHERE transform = ?').pluck()
  return (transform) => find.get(canonicalTransform(transform)) ?? null
}

/** Returns a function that finds the id of a transform's condition and stores the condition where it is new. */
export function conditionStore(db: Db): (transform: Transform) => number {
  const find = conditionFinder(db)
  const insert = db
    .prepare<[string], number>(
      'INSERT INTO condition (transform) VALUES (?) ON CONFLICT DO UPDATE SET transform = transform RETURNING id',
    )
    .pluck()
  return (transform) => {
    const id = find(transform) ?? insert.get(canonicalTransform(transform))
    if (id === undefined) throw new Error('condition was not stored')
    return id
  }
}

/** Finds the id of a transform's condition; null where it is not stored. */
export const findCondition = (db: Db, transform: Transform): number | null => conditionFinder(db)(transform)

/** Finds the id of a transform's condition and stores the condition where it is new. */
export const internCondition = (db: Db, transform: Transform): number => conditionStore(db)(transform)

/** The transform that changes nothing. */
export const unchanged: Transform = { op: 'identity' }

/** Finds the id of the clean condition, of unchanged images; null before anything was measured. */
export const cleanCondition = (db: Db): number | null => findCondition(db, unchanged)

/**
 * Returns the transform of a stored condition.
 *
 * @throws STUDY_NOT_FOUND where the condition does not exist
 * @throws WORKSPACE_CORRUPT where its row is damaged
 */
export function conditionTransform(db: Db, id: number): Transform {
  const text = db.prepare<[number], string>('SELECT transform FROM condition WHERE id = ?').pluck().get(id)
  if (text === undefined)
    throw new KernelscopeError('STUDY_NOT_FOUND', `no condition with id ${id}`, {
      hint: 'See "dataset conditions" for the stored ones.',
    })
  return storedJson(schema, text, `condition ${id}`)
}
