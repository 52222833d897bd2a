import { z } from 'zod'
import { dataTable, definition, preprocessing, reportedValue } from '#shared/contract/index.ts'
import { figureSpec } from '#shared/figures/spec.ts'
import { readout } from '#shared/readouts.ts'
import { rewrite } from '#shared/rewrites.ts'

/** Version of the form of a bundle; one with a greater version comes from a newer Kernelscope. */
export const bundleVersion = 1

export const manifestName = 'bundle.json'
export const studyName = 'study.json'
export const factsName = 'facts.csv'
export const measurementsName = 'measurements.csv'
export const drawsName = 'draws.json'
export const readmeName = 'README.txt'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What decides what a model says besides the transform; as the key of a stored variant. */
export const bundledVariant = z.object({
  model: sha256,
  preprocessing,
  labels: sha256,
  rewrite,
  readout,
  runtime: z.object({ provider: z.string(), precision: z.string(), onnxruntime: z.string() }),
})

const bundledModel = z.object({
  digest: sha256,
  title: z.string(),
  /** Name of the file it was added from, without its folder. */
  file: z.string(),
  bytes: z.int(),
  family: z.string(),
  parameters: z.number(),
  labelSet: z.string(),
  labels: z.array(z.string()),
})

/** A model whose gradient made images that others were shown; `preprocessing` is its own. */
const bundledSurrogate = bundledModel.extend({ preprocessing })

const manifestFields = z.object({
  kernelscopeBundle: z.literal(bundleVersion),
  kernelscope: z.string(),
  study: z.object({
    kind: z.string(),
    kindTitle: z.string(),
    section: z.string(),
    title: z.string(),
    params: z.record(z.string(), z.unknown()),
    sample: z.object({ perClass: z.int(), seed: z.int() }).nullable(),
    definitions: z.array(definition),
  }),
  dataset: z.object({ title: z.string(), classes: z.int(), images: z.int() }),
  models: z.array(bundledModel),
  /** Missing in bundles of before it was written. */
  surrogates: z.array(bundledSurrogate).default([]),
  /** Column `variant` of the facts counts in this list, `condition` in the next. */
  variants: z.array(bundledVariant),
  /** Canonical JSON of what was done to the images. */
  conditions: z.array(z.string()),
  /** Images, in order, of which one measured vector was made together; missing in bundles of before it was written. */
  sets: z
    .array(
      z.object({
        variant: z.int().min(0),
        images: z.array(z.object({ image: sha256, className: z.string() })),
      }),
    )
    .default([]),
  counts: z.object({ facts: z.int(), measurements: z.int(), images: z.int() }),
  /** Every other file of the bundle. */
  files: z.array(z.object({ name: z.string(), bytes: z.int().min(0), sha256 })),
})

/** What a bundle shows: the study's result without the row numbers of a workspace. */
export const bundledStudy = z.object({
  complete: z.boolean(),
  tables: z.array(dataTable),
  figures: z.array(figureSpec),
  reported: z.array(reportedValue),
  provenance: z.array(z.string()),
})

/** Bundles of before schema 4 call surrogate models makers. */
export const manifest = z.preprocess(
  (value) =>
    typeof value === 'object' && value !== null && 'makers' in value
      ? { surrogates: value.makers, ...value }
      : value,
  manifestFields,
)

export type Manifest = z.infer<typeof manifestFields>
export type BundledStudy = z.infer<typeof bundledStudy>
export type BundledModel = z.infer<typeof bundledModel>
export type BundledSurrogate = z.infer<typeof bundledSurrogate>
export type BundledVariant = z.infer<typeof bundledVariant>
