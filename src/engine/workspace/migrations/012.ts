/**
 * Studies that were given to a cluster: runs, their arrays, and their units with every try of each. Of the profile a run holds only
 * what names it: what is run on the cluster is in the profiles of the person.
 */
export const migration012 = `
CREATE TABLE cluster_run (
  id INTEGER PRIMARY KEY,
  study_id INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
  token TEXT NOT NULL UNIQUE,
  profile TEXT NOT NULL,
  host TEXT,
  folder TEXT NOT NULL,
  plan TEXT NOT NULL,
  most_in_array INTEGER NOT NULL,
  state TEXT NOT NULL,
  note TEXT,
  problem TEXT,
  added INTEGER NOT NULL DEFAULT 0,
  known INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  finished_at INTEGER
) STRICT;
CREATE INDEX cluster_run_by_study ON cluster_run (study_id);
CREATE TABLE cluster_submission (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES cluster_run ON DELETE CASCADE,
  number INTEGER NOT NULL,
  job TEXT,
  submitted_at INTEGER NOT NULL,
  UNIQUE (run_id, number)
) STRICT;
CREATE TABLE cluster_unit (
  id INTEGER PRIMARY KEY,
  run_id INTEGER NOT NULL REFERENCES cluster_run ON DELETE CASCADE,
  name TEXT NOT NULL,
  model TEXT NOT NULL,
  images INTEGER NOT NULL,
  seconds REAL NOT NULL,
  state TEXT NOT NULL,
  attempts TEXT NOT NULL,
  finished_at INTEGER,
  UNIQUE (run_id, name)
) STRICT;
CREATE INDEX cluster_unit_by_state ON cluster_unit (run_id, state);
`
