import type { AttentionReading } from './contract/maps.ts'
import type { KernelForm } from './contract/models.ts'

/**
 * Addresses of bulk bytes and pictures, made of row ids and never of paths. `app://kernelscope/bytes/…` is handed by
 * the Electron shell to the engine's byte server, which takes the part after the host as its request path.
 */
const base = 'app://kernelscope'

/** WebP thumbnail of an image, longest side at most `size` pixels. */
export const thumbnailPath = (imageId: number, size: 96 | 192 = 192) =>
  `/bytes/thumbnail/${imageId}?size=${size}`

/** The picture in a form every browser shows (PNG or WebP), original size. */
export const imagePath = (imageId: number) => `/bytes/image/${imageId}`

/** The pixels a model is shown, as PNG: its preprocessing geometry, then the transform of a stored condition. */
export const inputPath = (imageId: number, modelId: number, conditionId?: number) =>
  `/bytes/input/${imageId}?model=${modelId}${conditionId === undefined ? '' : `&condition=${conditionId}`}`

/** The same under a transform, given as its canonical text. */
export const inputUnderPath = (imageId: number, modelId: number, transform: string) =>
  `/bytes/input/${imageId}?model=${modelId}&transform=${encodeURIComponent(transform)}`

/**
 * The pixels a model is shown under a stored condition, as PNG, attacks included (8 bit: what an attack leaves between two
 * levels is rounded); or the change magnified, grey where there is none (its norms: `studies.perturbation`).
 */
export const perturbedPath = (
  imageId: number,
  modelId: number,
  conditionId: number,
  as: 'shown' | 'change',
) => `/bytes/perturbed/${imageId}?model=${modelId}&condition=${conditionId}&as=${as}`

/** Raw little-endian float32 weights [channels, kernel, kernel] of the n-th depthwise layer (index as in `models.kernels`). */
export const kernelsPath = (modelId: number, layerIndex: number, form: KernelForm = 'raw') =>
  `/bytes/kernels/${modelId}/${layerIndex}${form === 'raw' ? '' : `?form=${form}`}`

/**
 * Raw little-endian float32 of one layer of a `maps.attention` result: [heads, rows, columns] for `row` and `mean`,
 * [1, rows, columns] for `rollout` (up to and with this layer). The header `x-shape` has the shape.
 */
export const attentionPath = (key: string, layer: number, reading: AttentionReading) =>
  `/bytes/attention/${key}?layer=${layer}&reading=${reading}`

/** Raw little-endian float32 of a `maps.saliency` result: sums over the channels [H,W], or the attributions [H,W,3]. */
export const saliencyPath = (key: string, as: 'magnitude' | 'signed' | 'channels' = 'magnitude') =>
  `/bytes/saliency/${key}?as=${as}`

/** Raw little-endian float32 contributions [H,W] of a `maps.receptiveField` result. */
export const receptiveFieldPath = (key: string) => `/bytes/receptive-field/${key}`

/** The pixels the model was shown for a `maps.attention` or `maps.saliency` result, as PNG. */
export const shownPath = (key: string) => `/bytes/shown/${key}`

/** What of a picture the gallery shows: the benchmark's geometry (shorter side 256, crop 224), or its own size. */
export type GallerySize = 'benchmark' | 'own'

/** A picture (row id, or the key of an opened file) under a transform, given as its canonical text; PNG. */
export const transformedPath = (image: number | string, size: GallerySize, transform: string) =>
  `/bytes/transformed/${image}?size=${size}&transform=${encodeURIComponent(transform)}`

/** All frames of a perturbation sequence below one another; PNG. */
export const filmPath = (
  image: number | string,
  size: GallerySize,
  film: { name: string; seed: number; difficulty: number },
) => `/bytes/film/${image}?size=${size}&name=${film.name}&seed=${film.seed}&difficulty=${film.difficulty}`

/** A composed figure as it is exported, as SVG. The revision changes the address with every save. */
export const compositionPath = (id: number, revision: number) =>
  `/bytes/composition/${id}?revision=${revision}`

export const appUrl = (path: string) => base + path
