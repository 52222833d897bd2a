export { mergeAnnotations } from './mergeAnnotations.ts'
export { forgetImages, mergeDatasets, type MergedDatasets } from './merge.ts'
export { mergeSubsets } from './mergeSubsets.ts'
export { listTags, noteOf, revertTags, setNote, tagImages, tagsOf } from './annotations.ts'
export {
  firstRows,
  imageRows,
  listRows,
  locateImage,
  neighbours,
  type ListedImage,
  type LocatedImage,
} from './browse.ts'
export { findBeside, stateOfBeside, textBeside, type BesideFile } from './beside.ts'
export { checkAll } from './checkAll.ts'
export { checkFolder, rerootDataset } from './moved.ts'
export { Browser } from './browse/browser.ts'
export type { BrowseResults } from './browse/protocol.ts'
export type { ConfusionCounts } from './browse/confuse.ts'
export { factsOf, type BrowseReferences } from './browse/columnReader.ts'
export { conflictName, cuesOf } from './kinds/cueConflict.ts'
export { imagenet9Variations } from './kinds/imagenet9.ts'
export { removeLostFiles } from './lostFiles.ts'
export { layoutUnknown, unpackingOf, type Unpacking } from './unpacked.ts'
export { indexDataset } from './indexing.ts'
export { detectLayout } from './layout.ts'
export {
  enlargement,
  haveSize,
  imageSize,
  isShownWhole,
  modelFor,
  preprocessingFor,
} from './preprocessing.ts'
export { datasetRow, getDataset, insertDataset, listDatasets, removeDataset, renameDataset } from './store.ts'
export { checkRoot } from './root.ts'
export { trueOutput } from './trueOutput.ts'
export { createSubset, getSubset, listSubsets, removeSubset, updateSubset } from './subsets.ts'
