/** Preprocessings that a study shows its models with. */
export const migration008 = `
-- studyPreprocessings of the contract as JSON; NULL where each model has its own.
ALTER TABLE study ADD COLUMN preprocessings TEXT;
`
