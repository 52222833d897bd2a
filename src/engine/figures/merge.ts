import { canonicalJson } from '#shared/canonical.ts'
import type { MergePart } from '#shared/contract/index.ts'
import { composition as schema, figureStyle, remappedComposition } from '#shared/figures/compose/index.ts'
import { present, type Db, type MergedIds } from '../workspace/index.ts'

interface Style {
  name: string
  body: string
}

/**
 * Adds the composed figures of an attached database, `other`, and their styles, after studies and models. One that is the same in
 * all it says is one. A style of the same name that differs gets that of the workspace, `from`, behind its name. Call it in a
 * transaction.
 */
export function mergeCompositions(
  db: Db,
  from: string,
  { studies, models }: { studies: MergedIds; models: MergedIds },
): MergePart[] {
  const { part: styles, names } = mergeStyles(db, from)
  const part: MergePart = { name: 'figures', added: 0, there: 0, remarks: [] }
  const bodies = (of: 'main' | 'other') =>
    db
      .prepare<[], { body: string; revision: number; changed_at: number }>(
        `SELECT body, revision, changed_at FROM ${of}.composition WHERE ${present} ORDER BY id`,
      )
      .all()
  const own = new Set(bodies('main').map(({ body }) => canonicalJson(schema.parse(JSON.parse(body)))))
  const insert = db.prepare(
    'INSERT INTO main.composition (title, body, style_name, revision, changed_at) VALUES (?, ?, ?, ?, ?)',
  )
  for (const { body, revision, changed_at } of bodies('other')) {
    const there = schema.parse(JSON.parse(body))
    const mapped = remappedComposition(there, {
      study: (id) => studies.get(id),
      model: (id) => models.get(id),
    })
    if (mapped === null) {
      part.remarks.push({
        title: there.title,
        message: 'a panel shows a study or model that was not brought',
        leftOut: true,
        count: 1,
      })
      continue
    }
    const styleName = mapped.styleName === null ? null : (names.get(mapped.styleName) ?? null)
    const composition = { ...mapped, styleName }
    const key = canonicalJson(composition)
    if (own.has(key)) part.there++
    else {
      insert.run(composition.title, JSON.stringify(composition), styleName, revision, changed_at)
      own.add(key)
      part.added++
    }
  }
  return [part, styles]
}

/** Returns the names here of the styles there. */
function mergeStyles(db: Db, from: string): { part: MergePart; names: ReadonlyMap<string, string> } {
  const part: MergePart = { name: 'styles', added: 0, there: 0, remarks: [] }
  const names = new Map<string, string>()
  const find = db.prepare<[string], Style>('SELECT name, body FROM main.figure_style WHERE name = ?')
  const keyOf = (body: string) => canonicalJson(figureStyle.parse(JSON.parse(body)))
  for (const { name, body } of db
    .prepare<[], Style>('SELECT name, body FROM other.figure_style ORDER BY name')
    .all()) {
    for (let count = 0; ; count++) {
      const free = [name, `${name} (${from})`][count] ?? `${name} (${from} ${count})`
      const taken = find.get(free)
      if (taken && keyOf(taken.body) !== keyOf(body)) continue
      names.set(name, free)
      if (taken) part.there++
      else {
        db.prepare('INSERT INTO main.figure_style (name, body) VALUES (?, ?)').run(free, body)
        part.added++
        if (free !== name)
          part.remarks.push({
            title: free,
            message: `another style is called ${name} here`,
            leftOut: false,
            count: 1,
          })
      }
      break
    }
  }
  return { part, names }
}
