/**
 * The first schema. Released: never edited.
 *
 * A prediction is a fact: (variant, condition, subject) → what the model said. A variant is a model file with its
 * preprocessing, labels, rewrite and runtime; a condition is a transform; a subject is an image's bytes with its true class.
 * A measurement is what is measured of an image besides predictions: a vector of float64, little-endian.
 */
export const migration001 = `
CREATE TABLE setting (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;

CREATE TABLE model (
  id INTEGER PRIMARY KEY,
  digest TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  path TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  inspection TEXT NOT NULL,
  preprocessing TEXT NOT NULL,
  label_set TEXT NOT NULL,
  labels TEXT NOT NULL,
  note TEXT NOT NULL DEFAULT '',
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE dataset (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  path TEXT NOT NULL UNIQUE,
  labels_path TEXT,
  layout TEXT NOT NULL,
  recognised TEXT NOT NULL,
  report TEXT,
  parts TEXT,
  frames_path TEXT,
  state TEXT NOT NULL,
  problem TEXT,
  generation INTEGER NOT NULL DEFAULT 0,
  added_at INTEGER NOT NULL
) STRICT;

CREATE TABLE class (
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  idx INTEGER NOT NULL,
  name TEXT NOT NULL,
  images INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (dataset_id, idx),
  UNIQUE (dataset_id, name)
) WITHOUT ROWID, STRICT;

CREATE TABLE subject (
  id INTEGER PRIMARY KEY,
  digest BLOB NOT NULL,
  class TEXT NOT NULL,
  UNIQUE (digest, class)
) STRICT;

CREATE TABLE image (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  name TEXT NOT NULL,
  class_idx INTEGER,
  part TEXT,
  subject_id INTEGER REFERENCES subject,
  bytes INTEGER NOT NULL,
  mtime INTEGER NOT NULL,
  width INTEGER NOT NULL DEFAULT 0,
  height INTEGER NOT NULL DEFAULT 0,
  problem TEXT,
  generation INTEGER NOT NULL,
  UNIQUE (dataset_id, name)
) STRICT;
CREATE INDEX image_by_class ON image (dataset_id, class_idx, id);
CREATE INDEX image_by_part ON image (dataset_id, part, class_idx, id);
CREATE INDEX image_by_problem ON image (dataset_id, id) WHERE problem IS NOT NULL;
CREATE INDEX image_pending ON image (dataset_id, id) WHERE subject_id IS NULL AND problem IS NULL;
CREATE INDEX image_by_subject ON image (subject_id);

CREATE TABLE condition (
  id INTEGER PRIMARY KEY,
  transform TEXT NOT NULL UNIQUE
) STRICT;

CREATE TABLE variant (
  id INTEGER PRIMARY KEY,
  model_digest TEXT NOT NULL,
  key TEXT NOT NULL UNIQUE,
  batch INTEGER,
  seconds_per_image REAL,
  used_at INTEGER NOT NULL
) STRICT;
CREATE INDEX variant_by_model ON variant (model_digest, used_at);

CREATE TABLE prediction (
  variant_id INTEGER NOT NULL REFERENCES variant,
  condition_id INTEGER NOT NULL REFERENCES condition,
  subject_id INTEGER NOT NULL REFERENCES subject,
  predicted INTEGER NOT NULL,
  correct INTEGER,
  true_rank INTEGER,
  confidence REAL NOT NULL,
  true_probability REAL,
  true_logit REAL,
  top BLOB NOT NULL,
  PRIMARY KEY (variant_id, condition_id, subject_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE measurement (
  variant_id INTEGER NOT NULL REFERENCES variant,
  condition_id INTEGER NOT NULL REFERENCES condition,
  subject_id INTEGER NOT NULL REFERENCES subject,
  value BLOB NOT NULL,
  PRIMARY KEY (variant_id, condition_id, subject_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE failure (
  variant_id INTEGER NOT NULL REFERENCES variant,
  condition_id INTEGER NOT NULL REFERENCES condition,
  subject_id INTEGER NOT NULL REFERENCES subject,
  problem TEXT NOT NULL,
  PRIMARY KEY (variant_id, condition_id, subject_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE study (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  params TEXT NOT NULL,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  sample TEXT,
  created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE study_model (
  study_id INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
  position INTEGER NOT NULL,
  model_id INTEGER NOT NULL REFERENCES model ON DELETE CASCADE,
  PRIMARY KEY (study_id, position),
  UNIQUE (study_id, model_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE study_image (
  study_id INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  PRIMARY KEY (study_id, image_id)
) WITHOUT ROWID, STRICT;

CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  study_id INTEGER REFERENCES study ON DELETE CASCADE,
  dataset_id INTEGER REFERENCES dataset ON DELETE CASCADE,
  state TEXT NOT NULL,
  progress TEXT NOT NULL,
  problem TEXT,
  crashes INTEGER NOT NULL DEFAULT 0,
  in_flight INTEGER NOT NULL DEFAULT 0,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER
) STRICT;
CREATE INDEX job_by_state ON job (state, id);
`
