export { readArrayLabels, readRecordLabels } from './labels.ts'
export { parseRowPath, rowName } from './rowPath.ts'
export { readRow, rowsOf, type Rows } from './rows.ts'
