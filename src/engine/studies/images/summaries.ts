import Database from 'better-sqlite3'
import { keptValueTable } from '../../facts/index.ts'
import type { Db } from '../../workspace/index.ts'

/**
 * Images of studies summed up over their conditions, results of studies, what lists show of them, and lists of images: a file beside the
 * workspace's database that can be made again.
 */
export interface Summaries {
  readonly db: Db
  close(): void
}

const layout = 4

/** Opens the file of summaries, or keeps them in memory where the file cannot be used. */
export function openSummaries(file: string): Summaries {
  const db = open(file)
  return { db, close: () => void db.close() }
}

function open(file: string): Db {
  try {
    return prepared(new Database(file))
  } catch {
    // The file is optional.
    return prepared(new Database(':memory:'))
  }
}

function hasColumns(db: Db): boolean {
  try {
    db.prepare('SELECT study_id, image_id, fails_at, failing, disagreement FROM study_summary')
    db.prepare('SELECT study_id, stamp FROM study_summary_stamp')
    db.prepare('SELECT kind, study_id, state, answer, digest_of_row FROM kept_answer')
    db.prepare('SELECT dataset_id, name, state, value, digest_of_row FROM kept_value')
    return true
  } catch {
    return false
  }
}

function prepared(db: Db): Db {
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = OFF')
  if (Number(db.pragma('user_version', { simple: true })) === layout && hasColumns(db)) return db
  db.exec(`
    DROP TABLE IF EXISTS study_summary;
    DROP TABLE IF EXISTS study_summary_stamp;
    DROP TABLE IF EXISTS kept_summary;
    DROP TABLE IF EXISTS kept_value;
    DROP TABLE IF EXISTS kept_answer;
    CREATE TABLE kept_answer (
      kind TEXT NOT NULL,
      study_id INTEGER NOT NULL,
      state TEXT NOT NULL,
      answer BLOB NOT NULL,
      digest_of_row INTEGER NOT NULL,
      PRIMARY KEY (kind, study_id)
    ) STRICT;
    CREATE TABLE study_summary (
      study_id INTEGER NOT NULL,
      image_id INTEGER NOT NULL,
      fails_at REAL NOT NULL,
      failing TEXT NOT NULL,
      disagreement REAL NOT NULL,
      PRIMARY KEY (study_id, image_id)
    ) WITHOUT ROWID, STRICT;
    CREATE INDEX study_summary_by_failure ON study_summary (study_id, fails_at, image_id);
    CREATE INDEX study_summary_by_disagreement ON study_summary (study_id, -disagreement, image_id);
    CREATE TABLE study_summary_stamp (study_id INTEGER PRIMARY KEY, stamp TEXT NOT NULL) STRICT;
    ${keptValueTable};`)
  db.pragma(`user_version = ${layout}`)
  return db
}
