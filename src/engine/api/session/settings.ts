import { settings as schema, type Settings } from '#shared/contract/index.ts'
import { z } from 'zod'
import { disposableJson, type Db } from '../../workspace/index.ts'

/** Settings of a new workspace. */
export const defaultSettings: Settings = {
  provider: 'auto',
  threads: 0,
  batch: 0,
  seed: 0,
  venue: 'icml',
  cacheMebibytes: 8192,
}

/** Reads the settings of a workspace. A stored value that is not valid in this version is replaced by its default. */
export function readSettings(db: Db): Settings {
  const rows = db.prepare<[], { key: string; value: string }>('SELECT key, value FROM setting').all()
  const stored = new Map(rows.map(({ key, value }) => [key, disposableJson(z.unknown(), value)]))
  const pick = <K extends keyof Settings>(key: K): Settings[K] => {
    const parsed = schema.shape[key].safeParse(stored.get(key))
    return parsed.success ? (parsed.data as Settings[K]) : defaultSettings[key]
  }
  return {
    provider: pick('provider'),
    threads: pick('threads'),
    batch: pick('batch'),
    seed: pick('seed'),
    venue: pick('venue'),
    cacheMebibytes: pick('cacheMebibytes'),
  }
}

/** Stores settings. Undefined members keep their stored value. */
export function writeSettings(db: Db, change: { [K in keyof Settings]?: Settings[K] | undefined }): void {
  const put = db.prepare('INSERT OR REPLACE INTO setting (key, value) VALUES (?, ?)')
  db.transaction(() => {
    for (const [key, value] of Object.entries(change))
      if (value !== undefined) put.run(key, JSON.stringify(value))
  })()
}
