import { looksLikeImage } from '#shared/imageFiles.ts'

/** What dropped or given paths are, by their names. */
export interface Dropped {
  models: string[]
  bundles: string[]
  /** Anything that may be a folder: of images, or of a workspace. */
  folders: string[]
  /** Files that cannot be opened by themselves. */
  refused: string[]
}

/** Files that belong to a model: its weights, labels and notes. They are read from beside it. */
const companion = /\.(data|bin|json|txt|csv|md)$/i

/** Sorts paths by what they are. The database of a workspace stands for its folder. */
export function sortDropped(paths: readonly string[]): Dropped {
  const models = paths.filter((path) => /\.onnx$/i.test(path))
  const bundles = paths.filter((path) => /\.zip$/i.test(path))
  const others = paths.filter((path) => !/\.(onnx|zip)$/i.test(path))
  const refused = others.filter((path) => looksLikeImage(path) || companion.test(path))
  const folders = others
    .filter((path) => !refused.includes(path))
    .map((path) => path.replace(/[/\\]workspace\.sqlite$/, ''))
  return {
    models,
    bundles,
    folders: [...new Set(folders)],
    refused: models.length > 0 ? refused.filter((path) => !companion.test(path)) : refused,
  }
}
