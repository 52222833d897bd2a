export { tryPreprocessing, type TrialRequest } from './trial.ts'
