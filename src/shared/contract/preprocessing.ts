import { z } from 'zod'
import { errorShape, id, interval } from './common.ts'

/**
 * How an image becomes the model's input, in this order: border removed, resize, centre crop, / 255, mean and std. `size` is
 * [height, width] of the input in pixels.
 */
export const preprocessing = z.object({
  size: z.tuple([z.int().positive(), z.int().positive()]),
  /**
   * shorter: the shorter side becomes `resizeTo`; squash: the image becomes `size`, whatever its proportions; squashCrop:
   * it becomes a size of these proportions whose shorter side is `resizeTo`, whatever its own, and is cropped; none: the
   * image has this size already.
   */
  resize: z.enum(['shorter', 'squash', 'squashCrop', 'none']),
  resizeTo: z.int().positive().nullable(),
  interpolation: z.enum(['bilinear', 'bicubic']),
  mean: z.tuple([z.number(), z.number(), z.number()]),
  std: z.tuple([z.number().positive(), z.number().positive(), z.number().positive()]),
  /** Pixels that are removed at each side of the file before all else, as ObjectNet asks for; left out = none. */
  border: z.int().positive().optional(),
})

/**
 * What a study changes of the preprocessing of its models; what is left out stays each model's own. The input size is
 * always the model's own.
 */
export const preprocessingChange = z
  .strictObject({
    /** Follows the titles of models that it changes; left out: what it changes, in words. */
    name: z.string().trim().min(1).max(40).optional(),
    resize: preprocessing.shape.resize.optional(),
    /** Of "shorter" and "squashCrop": side of the crop over the shorter side, e.g. 0.875 for 224 of 256 pixels. */
    crop: z.number().positive().max(1).optional(),
    interpolation: preprocessing.shape.interpolation.optional(),
    mean: preprocessing.shape.mean.optional(),
    std: preprocessing.shape.std.optional(),
  })
  .refine(({ resize, crop }) => (resize === 'shorter' || resize === 'squashCrop') === (crop !== undefined), {
    path: ['crop'],
    message: 'a crop belongs to resize "shorter" or "squashCrop", which need one',
  })

/**
 * The preprocessings that a study shows its models with, each model once with each of them that differs for it. `{}`
 * is each model's own.
 */
export const studyPreprocessings = z
  .array(preprocessingChange)
  .min(1)
  .max(4)
  .refine(
    (changes) =>
      new Set(changes.map((change) => change.name ?? JSON.stringify(change))).size === changes.length,
    {
      message: 'two are the same or have the same name',
    },
  )

/** A trial in which a preprocessing was the best of the candidates, or as good as the best, and above chance. */
const confirmation = z.object({
  dataset: z.string(),
  images: z.int(),
  correct: z.int(),
  candidates: z.int(),
  /** ms since 1970. */
  at: z.int(),
})

/** Where a model's preprocessing comes from, and the trial that confirmed it. */
export const preprocessingOrigin = z.object({
  /**
   * sidecar: the JSON file beside the model; metadata: that of the ONNX file; known: the table of known weights; guess:
   * the family and the input size; user: set by hand; trial: chosen among candidates; unrecorded: added by a version that
   * did not keep it.
   */
  from: z.enum(['sidecar', 'metadata', 'known', 'guess', 'user', 'trial', 'unrecorded']),
  /** What it was read from: the name of a file, of a metadata entry, or of known weights; null where it is none. */
  detail: z.string().nullable(),
  confirmed: confirmation.nullable(),
})

/** A candidate that was tried, with how many images it got right. */
export const triedCandidate = z.object({
  /** The name of its mean and std. */
  title: z.string(),
  preprocessing,
  images: z.int(),
  correct: z.int(),
  /** Images that could not be read. */
  failed: z.int(),
  /** 95 % Wilson interval of correct / images; null without images. */
  interval: interval.nullable(),
})

/** Candidates for a model's preprocessing, tried on labelled images of a dataset; the best comes first. */
export const preprocessingTrial = z.object({
  datasetId: id,
  dataset: z.string(),
  /** The labels of the model and its preprocessing when it was tried. */
  labelSet: z.string(),
  before: preprocessing,
  seed: z.int(),
  /** Classes that the images are of; chance is one over it. */
  classes: z.int(),
  /** Classes of all labelled images that were drawn, among the model's labels or not. */
  drawnClasses: z.int(),
  provider: z.string(),
  at: z.int(),
  candidates: z.array(triedCandidate),
})

/** The sidecar of a stored model, compared with what is stored. */
export const sidecarState = z.object({
  path: z.string(),
  /**
   * none: there is no sidecar; same: it says what is stored; differs: it was added or changed since it was last looked
   * at; kept: it differs, and what is stored was kept on purpose; faulty: it cannot be read.
   */
  state: z.enum(['none', 'same', 'differs', 'kept', 'faulty']),
  /** What would change, in words. */
  changes: z.array(z.string()),
  problem: errorShape.nullable(),
  /** Names of members that are not read, where it says neither labels nor preprocessing; left out where there are none. */
  unread: z.array(z.string()).optional(),
})

export type Preprocessing = z.infer<typeof preprocessing>
export type PreprocessingOrigin = z.infer<typeof preprocessingOrigin>
export type PreprocessingChange = z.infer<typeof preprocessingChange>
export type TriedCandidate = z.infer<typeof triedCandidate>
export type PreprocessingTrial = z.infer<typeof preprocessingTrial>
export type SidecarState = z.infer<typeof sidecarState>
