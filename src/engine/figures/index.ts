export { writeFigure, naturalHeight, type FigureOptions } from './write.ts'
export type { WrittenFile } from './file.ts'
