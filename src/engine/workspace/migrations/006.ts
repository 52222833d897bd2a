/** Where a model's preprocessing comes from, trials of candidates, and the jobs that run them. */
export const migration006 = `
-- preprocessingOrigin of the contract as JSON; NULL in rows of before, until the workspace is opened.
ALTER TABLE model ADD COLUMN origin TEXT;
-- The last trial of candidates, preprocessingTrial of the contract as JSON.
ALTER TABLE model ADD COLUMN trial TEXT;
-- sha256 of the sidecar that was last taken or refused.
ALTER TABLE model ADD COLUMN sidecar TEXT;
ALTER TABLE job ADD COLUMN model_id INTEGER REFERENCES model ON DELETE CASCADE;
-- What the job is asked besides, as JSON: of a trial how many images, and their seed.
ALTER TABLE job ADD COLUMN options TEXT;
`
