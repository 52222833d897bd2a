/** The second schema. Released: never edited. */
export const migration002 = `
-- What a model is for: 'classifier', or 'saliency' for one that only says where to look.
ALTER TABLE model ADD COLUMN role TEXT NOT NULL DEFAULT 'classifier';

-- Place in the queue; jobs run by (position, id).
ALTER TABLE job ADD COLUMN position INTEGER NOT NULL DEFAULT 0;

-- Subsets of blocks that lesion studies replay, by the sha256 of their file.
CREATE TABLE subset_file (digest TEXT PRIMARY KEY, text TEXT NOT NULL) WITHOUT ROWID, STRICT;

-- What a session of a model's rewritten graph costs by itself: weighs rewrites against each other.
CREATE TABLE session_time (
  variant_id INTEGER NOT NULL REFERENCES variant ON DELETE CASCADE,
  plan TEXT NOT NULL,
  seconds_to_open REAL NOT NULL,
  seconds_per_image REAL NOT NULL,
  PRIMARY KEY (variant_id, plan)
) WITHOUT ROWID, STRICT;

-- Composed figures, and the styles that figures of one paper share. JSON as in shared/figures/compose.
CREATE TABLE composition (
  id INTEGER PRIMARY KEY,
  title TEXT NOT NULL,
  body TEXT NOT NULL,
  style_name TEXT,
  revision INTEGER NOT NULL,
  changed_at INTEGER NOT NULL
) STRICT;
CREATE TABLE figure_style (name TEXT PRIMARY KEY, body TEXT NOT NULL) WITHOUT ROWID, STRICT;

-- Counts changes of facts and images, so that what browsing has read of them is known to be old. Never goes back.
CREATE TABLE fact_version (
  variant_id INTEGER NOT NULL,
  condition_id INTEGER NOT NULL,
  version INTEGER NOT NULL,
  PRIMARY KEY (variant_id, condition_id)
) WITHOUT ROWID, STRICT;
INSERT INTO fact_version SELECT DISTINCT variant_id, condition_id, 1 FROM prediction;
CREATE TRIGGER prediction_added AFTER INSERT ON prediction BEGIN
  INSERT INTO fact_version SELECT new.variant_id, new.condition_id, 0 WHERE NOT EXISTS
    (SELECT 1 FROM fact_version WHERE variant_id = new.variant_id AND condition_id = new.condition_id);
  UPDATE fact_version SET version = version + 1 WHERE variant_id = new.variant_id AND condition_id = new.condition_id;
END;
CREATE TRIGGER prediction_changed AFTER UPDATE ON prediction BEGIN
  UPDATE fact_version SET version = version + 1 WHERE variant_id = new.variant_id AND condition_id = new.condition_id;
END;
CREATE TRIGGER prediction_removed AFTER DELETE ON prediction BEGIN
  UPDATE fact_version SET version = version + 1 WHERE variant_id = old.variant_id AND condition_id = old.condition_id;
END;

CREATE TABLE image_version (dataset_id INTEGER PRIMARY KEY, version INTEGER NOT NULL) STRICT;
INSERT INTO image_version SELECT id, 1 FROM dataset;
CREATE TRIGGER dataset_added AFTER INSERT ON dataset BEGIN
  INSERT INTO image_version SELECT new.id, 0 WHERE NOT EXISTS (SELECT 1 FROM image_version WHERE dataset_id = new.id);
END;
CREATE TRIGGER image_added AFTER INSERT ON image BEGIN
  UPDATE image_version SET version = version + 1 WHERE dataset_id = new.dataset_id;
END;
CREATE TRIGGER image_changed AFTER UPDATE ON image BEGIN
  UPDATE image_version SET version = version + 1 WHERE dataset_id = new.dataset_id;
END;
CREATE TRIGGER image_removed AFTER DELETE ON image BEGIN
  UPDATE image_version SET version = version + 1 WHERE dataset_id = old.dataset_id;
END;

-- Notes and tags belong to the bytes of an image: they stay when it is indexed again, moved, or in two datasets.
CREATE TABLE tag (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE) STRICT;
CREATE TABLE image_tag (
  tag_id INTEGER NOT NULL REFERENCES tag ON DELETE CASCADE,
  digest BLOB NOT NULL,
  PRIMARY KEY (tag_id, digest)
) WITHOUT ROWID, STRICT;
CREATE INDEX image_tag_by_digest ON image_tag (digest);
CREATE TABLE image_note (digest BLOB PRIMARY KEY, text TEXT NOT NULL, changed_at INTEGER NOT NULL) WITHOUT ROWID, STRICT;
-- What a change of tags really changed, to take it back: {tag: digests} as JSON.
CREATE TABLE tag_change (id INTEGER PRIMARY KEY, added TEXT NOT NULL, removed TEXT NOT NULL) STRICT;

-- Named subsets of a dataset: a rule or a list as JSON (imageSelection of the contract).
CREATE TABLE subset (
  id INTEGER PRIMARY KEY,
  dataset_id INTEGER NOT NULL REFERENCES dataset ON DELETE CASCADE,
  name TEXT NOT NULL,
  selection TEXT NOT NULL,
  changed_at INTEGER NOT NULL,
  UNIQUE (dataset_id, name)
) STRICT;

-- The numeric self-check of a model's rewrites as JSON (selfCheck of the contract); NULL until it has run.
ALTER TABLE model ADD COLUMN self_check TEXT;

-- Attention maps, saliency maps and receptive fields by what they are computed from; the oldest are dropped.
CREATE TABLE map (
  key TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  result TEXT NOT NULL,
  -- Name, shape and byte length of the arrays in data, in order.
  parts TEXT NOT NULL,
  data BLOB NOT NULL,
  used_at INTEGER NOT NULL
) STRICT;
CREATE TABLE annotation_version (version INTEGER NOT NULL) STRICT;
INSERT INTO annotation_version VALUES (0);
CREATE TRIGGER image_tag_insert AFTER INSERT ON image_tag BEGIN UPDATE annotation_version SET version = version + 1; END;
CREATE TRIGGER image_tag_update AFTER UPDATE ON image_tag BEGIN UPDATE annotation_version SET version = version + 1; END;
CREATE TRIGGER image_tag_delete AFTER DELETE ON image_tag BEGIN UPDATE annotation_version SET version = version + 1; END;
CREATE TRIGGER image_note_insert AFTER INSERT ON image_note BEGIN UPDATE annotation_version SET version = version + 1; END;
CREATE TRIGGER image_note_update AFTER UPDATE ON image_note BEGIN UPDATE annotation_version SET version = version + 1; END;
CREATE TRIGGER image_note_delete AFTER DELETE ON image_note BEGIN UPDATE annotation_version SET version = version + 1; END;

-- The images of a study summed up over its conditions, made anew when facts have come since (the stamp differs).
CREATE TABLE study_summary (
  study_id INTEGER NOT NULL REFERENCES study ON DELETE CASCADE,
  image_id INTEGER NOT NULL REFERENCES image ON DELETE CASCADE,
  fails_at REAL NOT NULL,
  failing TEXT NOT NULL,
  disagreement REAL NOT NULL,
  PRIMARY KEY (study_id, image_id)
) WITHOUT ROWID, STRICT;
CREATE INDEX study_summary_by_failure ON study_summary (study_id, fails_at, image_id);
CREATE INDEX study_summary_by_disagreement ON study_summary (study_id, -disagreement, image_id);
CREATE TABLE study_summary_stamp (
  study_id INTEGER PRIMARY KEY REFERENCES study ON DELETE CASCADE,
  stamp TEXT NOT NULL
) STRICT;

-- The subset a study was begun over, as JSON (studySubset of the contract); its images are in study_image.
ALTER TABLE study ADD COLUMN subset TEXT;
`
