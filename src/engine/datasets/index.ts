export {
  browse,
  imageRows,
  locateImage,
  neighbours,
  type Browse,
  type LocatedImage,
  type VariantOf,
} from './browse.ts'
export { imagenet9Variations } from './kinds/imagenet9.ts'
export { removeFrames } from './frames.ts'
export { imageRootSql } from './paths.ts'
export { indexDataset } from './indexing.ts'
export { detectLayout } from './layout.ts'
export { datasetRow, getDataset, insertDataset, listDatasets, removeDataset } from './store.ts'
