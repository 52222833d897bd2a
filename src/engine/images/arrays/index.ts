export { readArrayLabels, readRecordLabels } from './labels.ts'
export { parseRowPath, rowName } from './rowPath.ts'
export { readRow, rowsKnown, rowsOf, type Rows } from './rows.ts'
