/** Studies without a dataset, removals that can be taken back, and where labels come from. */
export const migration007 = `
-- What was removed together. Its rows are marked first, and go with the row here when the workspace is closed or opened.
CREATE TABLE removal (id INTEGER PRIMARY KEY, removed_at INTEGER NOT NULL) STRICT;
ALTER TABLE model ADD COLUMN removal_id INTEGER REFERENCES removal ON DELETE CASCADE;
ALTER TABLE dataset ADD COLUMN removal_id INTEGER REFERENCES removal ON DELETE CASCADE;
ALTER TABLE composition ADD COLUMN removal_id INTEGER REFERENCES removal ON DELETE CASCADE;

-- A study that reads only weights has no dataset. Those of before were stored with one that they do not read.
CREATE TABLE study_without_dataset (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,
  title TEXT NOT NULL,
  params TEXT NOT NULL,
  dataset_id INTEGER REFERENCES dataset ON DELETE CASCADE,
  sample TEXT,
  created_at INTEGER NOT NULL,
  subset TEXT,
  removal_id INTEGER REFERENCES removal ON DELETE CASCADE
) STRICT;
INSERT INTO study_without_dataset (id, kind, title, params, dataset_id, sample, created_at, subset)
  SELECT id, kind, title, params, iif(kind = 'kernel-attention', NULL, dataset_id),
    iif(kind = 'kernel-attention', NULL, sample), created_at, iif(kind = 'kernel-attention', NULL, subset) FROM study;
DELETE FROM study_image WHERE study_id IN (SELECT id FROM study WHERE kind = 'kernel-attention');
DROP TABLE study;
ALTER TABLE study_without_dataset RENAME TO study;

-- labelSource of the contract; NULL in rows of before, whose source follows from the name of their labels.
ALTER TABLE model ADD COLUMN label_source TEXT;
`
