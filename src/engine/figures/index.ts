export type { ComposedLayout, FigureOptions, RenderContent, RenderRequest } from './render.ts'
export type { WrittenFile } from '../base/wholeFile.ts'
export { plainName, safeName, writeSet, type Folder } from './file.ts'
export { createPress, type Press } from './press.ts'
export {
  createComposition,
  getComposition,
  listCompositions,
  listStyles,
  removeComposition,
  removeStyle,
  saveComposition,
  saveStyle,
} from './store.ts'
export { mergeCompositions } from './merge.ts'
export { writeTable } from './tables.ts'
export { writeComposed, writeFigure } from './write.ts'
