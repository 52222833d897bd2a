import { oc } from '@orpc/contract'
import { z } from 'zod'
import { figureSpec } from '../figures/spec.ts'
import { bundleSignature, signerName, signingKey } from './bundleSignature.ts'
import { definition, id } from './common.ts'
import { written } from './figures.ts'
import { dataTable } from '../figures/dataTable.ts'
import { sample } from './sample.ts'
import { reportedValue } from './studyResult.ts'
import { studyStates } from '../studyState.ts'
import { working } from './working.ts'

/** A bundle as it is shown: its models, dataset, tables and figures. Nothing of it enters the workspace. */
const openedBundle = z.object({
  path: z.string(),
  /** Of the file beside it. */
  signature: bundleSignature,
  kernelscope: z.string(),
  study: z.object({
    kind: z.string(),
    kindTitle: z.string(),
    section: z.string(),
    title: z.string(),
    params: z.record(z.string(), z.unknown()),
    sample: sample.nullable(),
    definitions: z.array(definition),
    /** Missing in older bundles. */
    state: z.enum(studyStates).optional(),
    complete: z.boolean(),
  }),
  /** null: the study reads no images. */
  dataset: z.object({ title: z.string(), classes: z.int(), images: z.int() }).nullable(),
  models: z.array(
    z.object({
      digest: z.string(),
      title: z.string(),
      file: z.string(),
      bytes: z.int(),
      family: z.string(),
      parameters: z.number(),
      /** Whether a model of the open workspace has the same digest. */
      here: z.boolean(),
    }),
  ),
  runtimes: z.array(z.string()),
  counts: z.object({ facts: z.int(), measurements: z.int(), images: z.int(), conditions: z.int() }),
  tables: z.array(dataTable),
  figures: z.array(figureSpec),
  reported: z.array(reportedValue),
  provenance: z.array(z.string()),
  files: z.array(z.object({ name: z.string(), bytes: z.int(), sha256: z.string() })),
})

/** A number of a vector, or a cell of a table; null where there is no value. */
const measuredValue = z.union([z.string(), z.number(), z.boolean()]).nullable()

const answer = z.object({ predicted: z.int(), confidence: z.number() })

/** A place where a bundle differs from what follows from it, with both values; null where one has nothing there. */
const bundleDifference = z.object({
  /** Place in the part: a path in JSON, or a line and a column. */
  where: z.string(),
  stored: measuredValue,
  found: measuredValue,
})

/**
 * How a part of a bundle was checked.
 * recomputed: it, or a sample of it, was measured again with the models and images themselves.
 * derived: it follows from the rest of the bundle to the last byte.
 * read: it could be read; nothing says whether it is true.
 * differs: it is not what it should be.
 */
export const bundleChecks = ['recomputed', 'derived', 'read', 'differs'] as const

const bundlePart = z.object({
  /** Name of the file, or what else was checked. */
  part: z.string(),
  how: z.enum(bundleChecks),
  /** What was done, or why no more could be done. */
  detail: z.string(),
  /** The first differences. */
  differences: z.array(bundleDifference),
  /** How many there are. */
  differing: z.int(),
})

const bundleVerdict = z.object({
  /**
   * agrees: every part was derived or recomputed, and fits. partly: what could be checked here fits. disagrees: a part
   * differs. unchecked: nothing could be checked.
   */
  verdict: z.enum(['agrees', 'partly', 'disagrees', 'unchecked']),
  parts: z.array(bundlePart),
  signature: bundleSignature,
  file: z.object({ name: z.string(), bytes: z.int(), sha256: z.string() }),
  /** Number of facts in the bundle. */
  facts: z.int(),
  measurements: z.int(),
  asked: z.int(),
  sampled: z.int(),
  seed: z.int(),
  tolerance: z.number(),
  checked: z.int(),
  /** Number of checked facts that are equal to the last bit. */
  identical: z.int(),
  /** Largest difference of a probability. */
  largest: z.number(),
  disagreeing: z.array(
    z.object({
      model: z.string(),
      condition: z.string(),
      image: z.string(),
      className: z.string(),
      stored: answer,
      found: answer,
    }),
  ),
  /** Results for vectors measured on images, and for rows of tables that are read from the models alone. */
  measured: z.object({
    sampled: z.int(),
    checked: z.int(),
    /** Number of checked measurements that are equal to the last bit. */
    identical: z.int(),
    /**
     * Largest difference of a number, divided by the largest number of its vector or column; 1 for words that differ.
     */
    largest: z.number(),
    disagreeing: z.array(
      z.object({
        model: z.string(),
        what: z.string(),
        /** Null where the value does not belong to one image. */
        image: z.string().nullable(),
        /** Index of the value that differs most, from 0. */
        place: z.int(),
        /** Title of the value's column; null in a vector. */
        column: z.string().nullable(),
        stored: measuredValue,
        found: measuredValue,
      }),
    ),
  }),
  unchecked: z.array(z.object({ reason: z.string(), n: z.int() })),
  storedOn: z.array(z.string()),
  checkedOn: z.array(z.string()),
})

export const bundles = {
  /** Writes a study and everything that its numbers depend on as one zip; nothing where it is cancelled. */
  make: oc
    .input(
      z.object({
        studyId: id,
        /** The default is the workspace's exports folder. */
        path: z.string().optional(),
      }),
    )
    .output(working(written)),
  /** Lists the SSH keys that the person can sign with; null where ssh-keygen is not installed. */
  keys: oc.output(z.array(signingKey).nullable()),
  /** Signs a bundle with an SSH key of the user. The signature lies beside it, as `<bundle>.sig`. */
  sign: oc
    .input(
      z.object({
        path: z.string(),
        /** Path of a key, or the fingerprint of one that an agent holds. */
        key: z.string(),
        /** Whether ssh-keygen may ask for a passphrase at the terminal of the engine. */
        asks: z.boolean().default(false),
      }),
    )
    .output(written),
  /** Checks the signature of a bundle alone. */
  signature: oc
    .input(
      z.object({
        path: z.string(),
        /** Path of an allowed signers file of SSH, besides that of `trust`. */
        signers: z.string().optional(),
      }),
    )
    .output(bundleSignature),
  /**
   * Trusts the key that signed a bundle under a name, in an allowed signers file of this person's; with null no longer.
   */
  trust: oc
    .input(z.object({ path: z.string(), name: signerName.nullable() }))
    .output(z.object({ file: z.string() })),
  /** Checks a whole bundle and returns what it holds. Needs no workspace. */
  open: oc
    .input(
      z.object({
        path: z.string(),
        /** Path of an allowed signers file of SSH, besides that of `trust`. */
        signers: z.string().optional(),
      }),
    )
    .output(openedBundle),
  /**
   * Computes a sample of the bundle's facts again, with models and images of the open workspace and of the named
   * folders.
   */
  verify: oc
    .input(
      z.object({
        path: z.string(),
        sample: z.int().min(1).max(10_000).default(64),
        seed: z.int().default(0),
        tolerance: z.number().min(0).max(1).default(1e-3),
        folders: z.array(z.string()).default([]),
        /** Path of the signature; by default that beside the bundle. */
        signature: z.string().optional(),
        /** Path of an allowed signers file of SSH, besides that of `trust`. */
        signers: z.string().optional(),
        /** Whether the signature must be of an allowed signer. */
        mustBeSigned: z.boolean().default(false),
        /** Path that the certificate is written to, as a page of HTML. */
        certificate: z.string().optional(),
      }),
    )
    .output(working(bundleVerdict)),
}

export type OpenedBundle = z.infer<typeof openedBundle>
export type BundleVerdict = z.infer<typeof bundleVerdict>
export type BundlePart = z.infer<typeof bundlePart>
export type BundleDifference = z.infer<typeof bundleDifference>
