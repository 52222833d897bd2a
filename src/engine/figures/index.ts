export { writeFigure, naturalHeight, type FigureOptions } from './write.ts'
export { writeTable } from './tables.ts'
export type { WrittenFile } from './file.ts'
