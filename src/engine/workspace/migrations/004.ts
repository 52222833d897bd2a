/**
 * Words: what a fact is about, an image's bytes with its true class, is an example. Only names change; every fact and
 * every key stays.
 */
export const migration004 = `
ALTER TABLE subject RENAME TO example;
ALTER TABLE image RENAME COLUMN subject_id TO example_id;
ALTER TABLE prediction RENAME COLUMN subject_id TO example_id;
ALTER TABLE measurement RENAME COLUMN subject_id TO example_id;
ALTER TABLE failure RENAME COLUMN subject_id TO example_id;
DROP INDEX image_by_subject;
CREATE INDEX image_by_example ON image (example_id);
`
