import Database from 'better-sqlite3'
import { cpSync, mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createEngine, type Engine } from '#engine/api/index.ts'
import { resourcePath } from '#engine/base/resources.ts'
import type { DataTable } from '#shared/contract/index.ts'
import { temporaryFolder } from '../../temporary.ts'
import { sampleModel } from '../studies/sample.ts'
import { factRows } from '../../factRows.ts'

export interface World {
  engine: Engine
  folder: string
  /** Ids of the small-kernel and the large-kernel model. */
  models: { small: number; large: number }
}

/** An engine with an empty workspace and the two sample models. */
export async function world(): Promise<World> {
  const folder = temporaryFolder()
  const engine = await createEngine()
  onTestFinished(() => engine.close())
  await engine.client.workspace.create({ path: join(folder, 'workspace') })
  const add = async (name: string) => (await engine.client.models.add({ path: sampleModel(name) })).id
  return { engine, folder, models: { small: await add('replk3'), large: await add('replk31') } }
}

/** Copies the first `perClass` images of each class of a sample suite to `target` and returns it. */
export function suite(name: string, target: string, perClass: number): string {
  const source = resourcePath('sample', 'suites', name)
  for (const className of readdirSync(source).sort()) {
    mkdirSync(join(target, className), { recursive: true })
    for (const file of readdirSync(join(source, className)).sort().slice(0, perClass))
      cpSync(join(source, className, file), join(target, className, file))
  }
  return target
}

/** Rows of a query on the workspace's database, and on its predictions as `fact`. */
export function query<T>({ folder }: World, sql: string, ...values: (string | number)[]): T[] {
  const db = new Database(join(folder, 'workspace', 'workspace.sqlite'), { readonly: true })
  try {
    return factRows(db)
      .prepare<(string | number)[], T>(sql)
      .all(...values)
  } finally {
    db.close()
  }
}

export function tableOf(tables: readonly DataTable[], id: string): DataTable {
  const found = tables.find((table) => table.id === id)
  if (!found) throw new Error(`no table ${id}`)
  return found
}
