export {
  browse,
  imageRows,
  locateImage,
  neighbours,
  type Browse,
  type LocatedImage,
  type VariantOf,
} from './browse.ts'
export { indexDataset } from './indexing.ts'
export { detectLayout } from './layout.ts'
export { datasetRow, getDataset, insertDataset, listDatasets, removeDataset } from './store.ts'
