export { confirmed, modelFor, reasonToStop } from './rule.ts'
export { sequencesOf, type ReadModel, type Sequences } from './read.ts'
