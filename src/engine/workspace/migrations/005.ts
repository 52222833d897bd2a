/**
 * Sums of facts, so that counting reads no facts: by variant, condition and block of 256 examples (id >> 8). `judged` are
 * those that are right or wrong, `correct5` those whose true class is among the five likeliest. Versions count changes and
 * never go back; block -1 holds those from before.
 */
const add = (row: string) => `
  INSERT INTO fact_sum SELECT ${row}.variant_id, ${row}.condition_id, ${row}.example_id >> 8, 0, 0, 0, 0, 0 WHERE NOT EXISTS
    (SELECT 1 FROM fact_sum WHERE variant_id = ${row}.variant_id AND condition_id = ${row}.condition_id AND block = ${row}.example_id >> 8);
  ${change(row, '+')}`

const change = (row: string, sign: '+' | '-') => `
  UPDATE fact_sum SET version = version + 1, facts = facts ${sign} 1, judged = judged ${sign} (${row}.correct IS NOT NULL),
    correct = correct ${sign} coalesce(${row}.correct, 0), correct5 = correct5 ${sign} coalesce(${row}.true_rank <= 5, 0)
  WHERE variant_id = ${row}.variant_id AND condition_id = ${row}.condition_id AND block = ${row}.example_id >> 8;`

/** Counts the changes of a table under its name. */
const counted = (table: string) => `
INSERT INTO table_version VALUES ('${table}', 0);
${['INSERT', 'UPDATE', 'DELETE']
  .map(
    (verb) => `CREATE TRIGGER ${table}_${verb.toLowerCase()} AFTER ${verb} ON ${table} BEGIN
  UPDATE table_version SET version = version + 1 WHERE name = '${table}';
END;`,
  )
  .join('\n')}`

export const migration005 = `
CREATE TABLE fact_sum (
  variant_id INTEGER NOT NULL,
  condition_id INTEGER NOT NULL,
  block INTEGER NOT NULL,
  version INTEGER NOT NULL,
  facts INTEGER NOT NULL,
  judged INTEGER NOT NULL,
  correct INTEGER NOT NULL,
  correct5 INTEGER NOT NULL,
  PRIMARY KEY (variant_id, condition_id, block)
) WITHOUT ROWID, STRICT;
INSERT INTO fact_sum SELECT variant_id, condition_id, -1, version, 0, 0, 0, 0 FROM fact_version;
INSERT INTO fact_sum
  SELECT variant_id, condition_id, example_id >> 8, 0, count(*), count(correct), coalesce(sum(correct), 0),
    coalesce(sum(true_rank <= 5), 0)
  FROM prediction GROUP BY variant_id, condition_id, example_id >> 8;
DROP TRIGGER prediction_added;
DROP TRIGGER prediction_changed;
DROP TRIGGER prediction_removed;
DROP TABLE fact_version;
CREATE TRIGGER prediction_added AFTER INSERT ON prediction BEGIN${add('new')}
END;
CREATE TRIGGER prediction_changed AFTER UPDATE ON prediction BEGIN${change('old', '-')}${add('new')}
END;
CREATE TRIGGER prediction_removed AFTER DELETE ON prediction BEGIN${change('old', '-')}
END;

-- Measurements and failures, of which only their changes are counted.
CREATE TABLE table_version (name TEXT PRIMARY KEY, version INTEGER NOT NULL) WITHOUT ROWID, STRICT;
${counted('measurement')}
${counted('failure')}

-- The images of studies summed up are in a file of their own, summaries.sqlite.
DROP TABLE study_summary;
DROP TABLE study_summary_stamp;
`
