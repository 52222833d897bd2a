import type { StoredComposition } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import {
  composition as schema,
  figureStyle,
  type Composition,
  type FigureStyle,
} from '#shared/figures/compose/index.ts'
import { present, remove, soundRows, storedJson, type Db, type OnDamaged } from '../workspace/index.ts'

interface Row {
  id: number
  title: string
  body: string
  revision: number
  changed_at: number
}

const fromRow = ({ id, body, revision, changed_at }: Row): StoredComposition => ({
  id,
  composition: storedJson(schema, body, `composed figure ${id}`),
  revision,
  changedAt: changed_at,
})

/** Lists the composed figures of a workspace, the last changed first. Damaged rows are left out. */
export function listCompositions(db: Db, onDamaged?: OnDamaged): StoredComposition[] {
  const rows = db
    .prepare<[], Row>(`SELECT * FROM composition WHERE ${present} ORDER BY changed_at DESC, id DESC`)
    .all()
  return soundRows(rows, fromRow, onDamaged)
}

/**
 * Reads a composed figure.
 *
 * @throws FIGURE_NOT_FOUND where it does not exist
 */
export function getComposition(db: Db, id: number): StoredComposition {
  const row = db.prepare<[number], Row>(`SELECT * FROM composition WHERE id = ? AND ${present}`).get(id)
  if (!row) throw new KernelscopeError('FIGURE_NOT_FOUND', `no composed figure with id ${id}`)
  return fromRow(row)
}

/** Stores a new composed figure, with revision 1. */
export function createComposition(db: Db, composition: Composition): StoredComposition {
  const { lastInsertRowid } = db
    .prepare('INSERT INTO composition (title, body, style_name, revision, changed_at) VALUES (?, ?, ?, 1, ?)')
    .run(composition.title, JSON.stringify(composition), composition.styleName, Date.now())
  return getComposition(db, Number(lastInsertRowid))
}

/**
 * Replaces a composed figure and counts its revision up.
 *
 * @throws FIGURE_NOT_FOUND where it does not exist
 */
export function saveComposition(db: Db, id: number, composition: Composition): StoredComposition {
  getComposition(db, id)
  db.prepare(
    'UPDATE composition SET title = ?, body = ?, style_name = ?, revision = revision + 1, changed_at = ? WHERE id = ?',
  ).run(composition.title, JSON.stringify(composition), composition.styleName, Date.now(), id)
  return getComposition(db, id)
}

/**
 * Removes a composed figure.
 *
 * @returns id of the removal
 * @throws FIGURE_NOT_FOUND where it does not exist
 */
export function removeComposition(db: Db, id: number): number {
  getComposition(db, id)
  return remove(db, 'composition', id)
}

/** Lists the styles of a workspace, with the number of figures that use each. */
export const listStyles = (db: Db): { name: string; style: FigureStyle; figures: number }[] =>
  db
    .prepare<[], { name: string; body: string; figures: number }>(
      `SELECT name, body, (SELECT count(*) FROM composition WHERE style_name = name AND ${present}) AS figures
       FROM figure_style ORDER BY name COLLATE NOCASE`,
    )
    .all()
    .map(({ name, body, figures }) => ({
      name,
      style: storedJson(figureStyle, body, `the figure style ${name}`),
      figures,
    }))

/** Stores a style under a name and applies it to all figures that use it. Returns their number. */
export function saveStyle(db: Db, name: string, style: FigureStyle): number {
  return db.transaction(() => {
    db.prepare(
      'INSERT INTO figure_style (name, body) VALUES (?, ?) ON CONFLICT DO UPDATE SET body = excluded.body',
    ).run(name, JSON.stringify(style))
    const followers = listCompositions(db).filter(({ composition }) => composition.styleName === name)
    for (const { id, composition } of followers) saveComposition(db, id, { ...composition, style })
    return followers.length
  })()
}

/** Deletes a style. Figures that used it keep a copy of it. */
export function removeStyle(db: Db, name: string): void {
  db.transaction(() => {
    for (const { id, composition } of listCompositions(db))
      if (composition.styleName === name) saveComposition(db, id, { ...composition, styleName: null })
    db.prepare('DELETE FROM figure_style WHERE name = ?').run(name)
  })()
}
