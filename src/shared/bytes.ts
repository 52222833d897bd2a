import type { AttentionReading } from './contract/maps.ts'
import type { KernelForm } from './contract/models.ts'

/**
 * Addresses of bulk bytes and pictures. They hold row ids, never paths of the workspace. The Electron shell hands
 * `app://kernelscope/bytes/…` to the engine's byte server, which uses the part after the host as its request path.
 */
const base = 'app://kernelscope'

/** WebP thumbnail of an image. Its longer side has at most `size` pixels. */
export const thumbnailPath = (imageId: number, size: 96 | 192 = 192) =>
  `/bytes/thumbnail/${imageId}?size=${size}`

/** The picture in its original size, in a format that every browser shows (PNG or WebP). */
export const imagePath = (imageId: number) => `/bytes/image/${imageId}`

/**
 * A model's input as PNG: the image after the geometry of the preprocessing, then under the transform of a stored
 * condition.
 */
export const inputPath = (imageId: number, modelId: number, conditionId?: number) =>
  `/bytes/input/${imageId}?model=${modelId}${conditionId === undefined ? '' : `&condition=${conditionId}`}`

/** As `inputPath`, under a transform that is given as its canonical text. */
export const inputUnderPath = (imageId: number, modelId: number, transform: string) =>
  `/bytes/input/${imageId}?model=${modelId}&transform=${encodeURIComponent(transform)}`

/**
 * shown: a model's input under a stored condition, attacks included, as PNG (values of an attack are rounded to 8
 * bits). change: the difference from the unchanged input, magnified; no difference is grey. `studies.perturbation`
 * gives its norms. With a study, the model has the preprocessing of the study.
 */
export const perturbedPath = (
  imageId: number,
  modelId: number,
  conditionId: number,
  as: 'shown' | 'change',
  studyId?: number,
) =>
  `/bytes/perturbed/${imageId}?model=${modelId}&condition=${conditionId}&as=${as}${studyId === undefined ? '' : `&study=${studyId}`}`

/**
 * Weights of the n-th depthwise layer (index as in `models.kernels`): raw little-endian float32
 * [channels, kernel, kernel].
 */
export const kernelsPath = (modelId: number, layerIndex: number, form: KernelForm = 'raw') =>
  `/bytes/kernels/${modelId}/${layerIndex}${form === 'raw' ? '' : `?form=${form}`}`

/**
 * One layer of a `maps.attention` result: raw little-endian float32, [heads, rows, columns] for `row` and `mean`,
 * [1, rows, columns] for `rollout` (up to and including this layer). The header `x-shape` holds the shape.
 */
export const attentionPath = (key: string, layer: number, reading: AttentionReading) =>
  `/bytes/attention/${key}?layer=${layer}&reading=${reading}`

/** A `maps.saliency` result: raw little-endian float32, summed over the channels [H,W], or all [H,W,3 or 1]. */
export const saliencyPath = (key: string, as: 'magnitude' | 'signed' | 'channels' = 'magnitude') =>
  `/bytes/saliency/${key}?as=${as}`

/** The contributions of a `maps.receptiveField` result: raw little-endian float32 [H,W]. */
export const receptiveFieldPath = (key: string) => `/bytes/receptive-field/${key}`

/** The model's input of a `maps.attention` or `maps.saliency` result, as PNG. */
export const shownPath = (key: string) => `/bytes/shown/${key}`

/**
 * Size of a picture in the gallery: the benchmark's geometry (shorter side 256, crop 224), or the picture's own size.
 */
export type GallerySize = 'benchmark' | 'own'

/**
 * A picture under a transform, as PNG. `image` is a row id or the key of an opened file; `transform` is a canonical
 * text.
 */
export const transformedPath = (image: number | string, size: GallerySize, transform: string) =>
  `/bytes/transformed/${image}?size=${size}&transform=${encodeURIComponent(transform)}`

/** All frames of a perturbation sequence, one below another, as PNG. */
export const filmPath = (
  image: number | string,
  size: GallerySize,
  film: { name: string; seed: number; difficulty: number },
) => `/bytes/film/${image}?size=${size}&name=${film.name}&seed=${film.seed}&difficulty=${film.difficulty}`

/** A composed figure as it is exported, as SVG. Every save changes the revision, and so the address. */
export const compositionPath = (id: number, revision: number) =>
  `/bytes/composition/${id}?revision=${revision}`

/** A piece of a file that `files.offer` offers, from an offset in bytes. */
export const filePiecePath = (id: string, offset: number) => `/bytes/file/${id}/${offset}`

/** The whole address of one of the paths above. */
export const appUrl = (path: string) => base + path
