import { KernelscopeError } from '#shared/errors.ts'
import { canonicalTransform, transform as schema, type Transform } from '#shared/transform.ts'
import type { Db } from '../workspace/index.ts'

/** Finds the stored condition of a transform; null for one that no run has stored, of which there are no facts. */
export function conditionFinder(db: Db): (transform: Transform) => number | null {
  const find = db.prepare<[string], number>('SELECT id FROM condition WHERE transform = ?').pluck()
  return (transform) => find.get(canonicalTransform(transform)) ?? null
}

/** Stores conditions and finds those that are stored; what is there already is only read. */
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

export const findCondition = (db: Db, transform: Transform): number | null => conditionFinder(db)(transform)

/** The stored condition of a transform, new where needed. */
export const internCondition = (db: Db, transform: Transform): number => conditionStore(db)(transform)

/** What is done to images that are left as they are. */
export const unchanged: Transform = { op: 'identity' }

/** The condition of images as they are; null before anything was measured. */
export const cleanCondition = (db: Db): number | null => findCondition(db, unchanged)

/**
 * The transform of a stored condition.
 *
 * @throws STUDY_NOT_FOUND where there is none
 */
export function conditionTransform(db: Db, id: number): Transform {
  const text = db.prepare<[number], string>('SELECT transform FROM condition WHERE id = ?').pluck().get(id)
  if (text === undefined)
    throw new KernelscopeError('STUDY_NOT_FOUND', `no condition with id ${id}`, {
      hint: 'See "dataset conditions" for the stored ones.',
    })
  return schema.parse(JSON.parse(text))
}
