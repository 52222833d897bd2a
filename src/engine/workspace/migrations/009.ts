/**
 * Digests of rows (`row_digest`, a function of the connection): in each fact, and summed up by table and block of rows, so that
 * a byte that a disk has changed is noticed. The triggers that keep the sums are made after every migration (contentSums.ts).
 */
const digested = (table: string, columns: string) => `
ALTER TABLE ${table} ADD COLUMN digest_of_row INTEGER NOT NULL DEFAULT 0;
UPDATE ${table} SET digest_of_row = row_digest(${columns});`

const key = 'variant_id, condition_id, example_id'

export const migration009 = `
CREATE TABLE content_sum (
  name TEXT NOT NULL,
  block INTEGER NOT NULL,
  rows INTEGER NOT NULL,
  sum INTEGER NOT NULL,
  PRIMARY KEY (name, block)
) WITHOUT ROWID, STRICT;

-- Nothing is counted anew where only the digest is written.
DROP TRIGGER prediction_changed;
DROP TRIGGER measurement_update;
${digested('prediction', `${key}, predicted, correct, true_rank, confidence, true_probability, true_logit, top`)}
${digested('measurement', `${key}, value`)}
CREATE TRIGGER prediction_changed AFTER UPDATE ON prediction BEGIN
  UPDATE fact_sum SET version = version + 1, facts = facts - 1, judged = judged - (old.correct IS NOT NULL),
    correct = correct - coalesce(old.correct, 0), correct5 = correct5 - coalesce(old.true_rank <= 5, 0)
  WHERE variant_id = old.variant_id AND condition_id = old.condition_id AND block = old.example_id >> 8;
  INSERT INTO fact_sum SELECT new.variant_id, new.condition_id, new.example_id >> 8, 0, 0, 0, 0, 0 WHERE NOT EXISTS
    (SELECT 1 FROM fact_sum WHERE variant_id = new.variant_id AND condition_id = new.condition_id AND block = new.example_id >> 8);
  UPDATE fact_sum SET version = version + 1, facts = facts + 1, judged = judged + (new.correct IS NOT NULL),
    correct = correct + coalesce(new.correct, 0), correct5 = correct5 + coalesce(new.true_rank <= 5, 0)
  WHERE variant_id = new.variant_id AND condition_id = new.condition_id AND block = new.example_id >> 8;
END;
CREATE TRIGGER measurement_update AFTER UPDATE ON measurement BEGIN
  UPDATE table_version SET version = version + 1 WHERE name = 'measurement';
END;
`
