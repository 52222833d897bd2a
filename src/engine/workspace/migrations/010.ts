/**
 * Marks of facts in blocks of 4096 examples in place of sums (workspace/facts/blocks.ts), so that results are read from a
 * byte of each fact. What stores facts appends their marks to `fact_change`; triggers do so only for facts that change or
 * go. The version of a cell is that of its sums from before.
 */
const mark = (row: string) =>
  `fact_mark(${row}.correct, ${row}.true_rank, length(${row}.top), ${row}.confidence)`
const key = (row: string) => `${row}.variant_id, ${row}.condition_id, ${row}.example_id`

const append = (facts: number, changes: string) => `
  INSERT INTO fact_change
    SELECT n, ${facts}, c, row_digest(n, ${facts}, c)
    FROM (SELECT (SELECT max(id) FROM fact_change) + 1 AS n, fact_changes(${changes}) AS c);`

export const migration010 = `
DROP TRIGGER prediction_added;
DROP TRIGGER prediction_changed;
DROP TRIGGER prediction_removed;

CREATE TABLE fact_block (
  variant_id INTEGER NOT NULL,
  condition_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  version INTEGER NOT NULL,
  facts INTEGER NOT NULL,
  marks BLOB NOT NULL,
  digest_of_row INTEGER NOT NULL,
  PRIMARY KEY (variant_id, condition_id, block)
) WITHOUT ROWID, STRICT;
INSERT INTO fact_block
  SELECT variant_id, condition_id, block, version, facts, marks,
    row_digest(variant_id, condition_id, block, version, facts, marks)
  FROM (
    SELECT p.variant_id, p.condition_id, p.example_id >> 12 AS block, count(*) AS facts,
      fact_marks(p.example_id & 4095, ${mark('p')}) AS marks,
      coalesce((SELECT sum(s.version) FROM fact_sum s
        WHERE s.variant_id = p.variant_id AND s.condition_id = p.condition_id), 0) AS version
    FROM prediction p GROUP BY 1, 2, 3
  );

CREATE TABLE fact_change (
  id INTEGER PRIMARY KEY,
  facts INTEGER NOT NULL,
  changes BLOB NOT NULL,
  digest_of_row INTEGER NOT NULL
) STRICT;
INSERT INTO fact_change
  SELECT n, 0, x'', row_digest(n, 0, x'')
  FROM (SELECT coalesce(max(version), 0) AS n FROM
    (SELECT sum(version) AS version FROM fact_sum GROUP BY variant_id, condition_id));
DROP TABLE fact_sum;

CREATE TRIGGER prediction_changed AFTER UPDATE ON prediction BEGIN${append(0, `${key('old')}, 0, ${key('new')}, ${mark('new')}`)}
END;
CREATE TRIGGER prediction_removed AFTER DELETE ON prediction BEGIN${append(-1, `${key('old')}, 0`)}
END;
`
