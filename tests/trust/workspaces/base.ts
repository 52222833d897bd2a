import Database from 'better-sqlite3'
import { cpSync, mkdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Engine } from '#engine/api/index.ts'
import { sampleModel } from '../../engine/studies/sample.ts'

const golden = join(import.meta.dirname, '../../corpus/workspaces/schema-8/workspace.sqlite')

/** Makes a sound workspace with four studies of two models in a folder, and closes it. */
export async function makeBase({ client }: Engine, path: string): Promise<void> {
  mkdirSync(path)
  const file = join(path, 'workspace.sqlite')
  cpSync(golden, file)
  const db = new Database(file)
  db.prepare("UPDATE model SET path = replace(path, '/goldens/models', ?)").run(dirname(sampleModel('vit')))
  db.close()
  await client.workspace.open({ path })
  await client.studies.result({ id: 4 })
  await client.workspace.close()
  // The copy from before the migration, and what can be made again.
  for (const name of ['backups', 'browse.sqlite', 'summaries.sqlite', 'thumbnails.sqlite'])
    for (const end of ['', '-wal', '-shm']) rmSync(join(path, name + end), { recursive: true, force: true })
}
