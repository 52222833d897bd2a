import { z } from 'zod'
import {
  definition,
  preprocessing,
  preprocessingOrigin,
  reportedValue,
  sample,
  studyPreprocessings,
} from '#shared/contract/index.ts'
import { dataTable } from '#shared/figures/dataTable.ts'
import { figureSpec } from '#shared/figures/spec.ts'
import { readout } from '#shared/readouts.ts'
import { rewrite } from '#shared/rewrites.ts'
import { studyStates } from '#shared/studyState.ts'

/** Version of the bundle format. A bundle with a greater version comes from a newer Kernelscope. */
export const bundleVersion = 1

export const manifestName = 'bundle.json'
export const studyName = 'study.json'
export const factsName = 'facts.csv'
export const measurementsName = 'measurements.csv'
export const drawsName = 'draws.json'
export const readmeName = 'README.txt'
/** What the result rests on besides facts: models, datasets, images, failures. Missing in older bundles. */
export const basisName = 'basis.json'
export const imagesName = 'images.csv'
export const failuresName = 'failures.csv'

export const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What decides a prediction besides image and transform; equal to the key of a stored variant. */
export const bundledVariant = z.object({
  model: sha256,
  preprocessing,
  labels: sha256,
  rewrite,
  readout,
  runtime: z.object({ provider: z.string(), precision: z.string(), onnxruntime: z.string() }),
})

export const bundledModel = z.object({
  digest: sha256,
  title: z.string(),
  /** Name of the model file, without its folder. */
  file: z.string(),
  bytes: z.int(),
  family: z.string(),
  parameters: z.number(),
  labelSet: z.string(),
  labels: z.array(z.string()),
  /** Where its preprocessing comes from. Missing in older bundles. */
  origin: preprocessingOrigin.optional(),
})

/** A surrogate model, whose gradient made the images of attacks on other models, with its own preprocessing. */
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
    sample: sample.nullable(),
    /** Preprocessings that the models were shown with; left out where each had its own. */
    preprocessings: studyPreprocessings.optional(),
    definitions: z.array(definition),
  }),
  dataset: z.object({ title: z.string(), classes: z.int(), images: z.int() }),
  models: z.array(bundledModel),
  /** The surrogate models; format 1 has this name for them. Missing in older bundles. */
  makers: z.array(bundledSurrogate).default([]),
  /** Column `variant` of the facts is an index into this list, column `condition` into the next one. */
  variants: z.array(bundledVariant),
  /** Transforms of the images, as canonical JSON. */
  conditions: z.array(z.string()),
  /** For a vector measured over several images: these images, in order. Missing in older bundles. */
  sets: z
    .array(
      z.object({
        variant: z.int().min(0),
        images: z.array(z.object({ image: sha256, className: z.string() })),
      }),
    )
    .default([]),
  counts: z.object({ facts: z.int(), measurements: z.int(), images: z.int() }),
  /** Every file of the bundle except the manifest. */
  files: z.array(z.object({ name: z.string(), bytes: z.int().min(0), sha256 })),
})

/** The study's result, without row ids of a workspace. */
export const bundledStudy = z.object({
  /** Missing in older bundles, whose studies are complete with failures too. */
  state: z.enum(studyStates).optional(),
  complete: z.boolean(),
  tables: z.array(dataTable),
  figures: z.array(figureSpec),
  reported: z.array(reportedValue),
  provenance: z.array(z.string()),
})

/** Reads the manifest of a bundle. */
export const manifest = manifestFields.transform(({ makers, dataset, ...rest }) => ({
  ...rest,
  /** null: the study reads no images. In older bundles such a study names the dataset that it was stored with. */
  dataset: rest.counts.images === 0 ? null : dataset,
  surrogates: makers,
}))

/** What stands for no dataset in the file, as readers of format 1 need it. */
const noDataset = { title: '', classes: 0, images: 0 }

export type Manifest = z.infer<typeof manifest>

/** The text of the manifest as `manifest` reads it, with its members in the order of the schema. */
export const manifestText = ({ surrogates, dataset, ...rest }: Manifest): string =>
  `${JSON.stringify(manifestFields.parse({ ...rest, dataset: dataset ?? noDataset, makers: surrogates }), null, 2)}\n`

export type BundledStudy = z.infer<typeof bundledStudy>
export type BundledModel = z.infer<typeof bundledModel>
export type BundledSurrogate = z.infer<typeof bundledSurrogate>
export type BundledVariant = z.infer<typeof bundledVariant>
