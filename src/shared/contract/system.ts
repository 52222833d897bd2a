import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { errorShape, ok } from './common.ts'
import { keeping } from './keeping.ts'
import { working } from './working.ts'
import { workspaceInfo } from './workspaceInfo.ts'

const provider = z.enum(['auto', 'cpu', 'cuda', 'tensorrt', 'webgpu'])

export const settings = z.object({
  provider,
  /** Threads of ONNX Runtime, over all sessions of a model; 0 lets the engine choose. */
  threads: z.int().min(0).max(256),
  /** Batch size; 0 lets a short trial choose. */
  batch: z.int().min(0).max(4096),
  /** The seed of new studies. */
  seed: z.int(),
  /** The venue whose widths new figures have: an id of shared/figures/venues. */
  venue: z.string(),
  /** Largest size on disk, in MiB, of data that can be made again (thumbnails, rewritten graphs, maps). */
  cacheMebibytes: z.int().min(64).max(1_048_576),
})

/** A part of the data that a workspace keeps. */
export const cachePart = z.object({
  id: z.enum(['thumbnails', 'graphs', 'maps', 'archives', 'lists', 'facts', 'exports']),
  title: z.string(),
  text: z.string(),
  items: z.int(),
  bytes: z.int(),
  /** Whether it can be made again at any time, so that it may be emptied. */
  disposable: z.boolean(),
})

const diagnosticsInput = z.object({
  /** Leaves out the names of the home folder, the user and the machine. */
  redact: z.boolean().default(true),
  /** Versions of Electron and Chromium, as the window knows them. */
  page: z.string().max(1000).optional(),
})

const diagnosticsFile = z.object({ name: z.string(), title: z.string(), text: z.string() })

const providerState = z.object({
  name: z.string(),
  available: z.boolean(),
  /** Why the provider is available or not. */
  reason: z.string(),
})

const check = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['ok', 'warning', 'error']),
  value: z.string(),
  hint: z.string().optional(),
})

export const workspace = {
  create: oc.input(z.object({ path: z.string() })).output(workspaceInfo),
  /** One whose folder cannot be written is opened read-only by itself. */
  open: oc
    .input(
      z.object({
        path: z.string(),
        readOnly: z.boolean().optional(),
        /** Leaves queued jobs where they are: none is started while it is open. */
        rests: z.boolean().optional(),
      }),
    )
    .output(workspaceInfo),
  /** Begins a workspace that is not kept yet, so that a model or a folder of images can be looked at at once. */
  begin: oc.output(workspaceInfo),
  /**
   * Gives the open workspace a place. A new or empty folder gets all of it. A workspace that is there gets all
   * that it holds, as with `merge`, and is opened.
   */
  keep: oc.input(z.object({ path: z.string() })).output(workspaceInfo),
  /** Copies the sample workspace that comes with the app to `path` (by default a folder of the user's) and opens it. */
  openSample: oc.input(z.object({ path: z.string().optional() })).output(working(workspaceInfo)),
  close: oc.output(ok),
  /** Takes a removal of a model, a dataset, a study or a composed figure back. */
  undoRemoval: oc.input(z.object({ removalId: z.int().positive() })).output(ok),
  /** null while no workspace is open. */
  info: oc.output(workspaceInfo.nullable()),
  cache: oc.output(z.array(cachePart)),
  /**
   * Empties the named parts, which can be made again. Without parts, removes the oldest data beyond the limit of the
   * settings.
   */
  trim: oc
    .input(z.object({ parts: z.array(cachePart.shape.id).optional() }))
    .output(z.object({ bytes: z.int(), cache: z.array(cachePart) })),
  ...keeping,
}

export const system = {
  version: oc.output(
    z.object({ kernelscope: z.string(), node: z.string(), onnxruntime: z.string(), sqlite: z.string() }),
  ),
  doctor: oc.output(z.object({ checks: z.array(check), providers: z.array(providerState) })),
  /** Settings of the open workspace; the defaults while none is open. */
  settings: oc.output(settings),
  updateSettings: oc.input(settings.partial()).output(settings),
  /** What is at a path, where a workspace may be put. */
  place: oc
    .input(z.object({ path: z.string() }))
    .output(z.object({ is: z.enum(['new', 'empty', 'workspace', 'full', 'file']) })),
  /** Which of these paths exist. */
  present: oc
    .input(z.object({ paths: z.array(z.string()).max(200) }))
    .output(z.object({ present: z.array(z.boolean()) })),
  /**
   * The texts of a diagnostics report, so that they can be read before they are saved. They hold no images and no
   * weights.
   */
  diagnostics: oc.input(diagnosticsInput).output(z.array(diagnosticsFile)),
  /** Writes the same texts as a zip. Nothing is sent anywhere. */
  saveDiagnostics: oc
    .input(diagnosticsInput.extend({ path: z.string() }))
    .output(z.object({ path: z.string(), bytes: z.int(), files: z.array(z.string()) })),
  /** Runs one model on a few images with two providers and compares the logits. */
  agreement: oc
    .input(
      z.object({
        modelId: z.int().positive(),
        datasetId: z.int().positive(),
        images: z.int().min(1).max(256).default(16),
        a: provider.default('cpu'),
        b: provider.default('auto'),
      }),
    )
    .output(
      z.object({
        a: z.string(),
        b: z.string(),
        images: z.int(),
        sameTop1: z.int(),
        maxAbsolute: z.number(),
        maxRelative: z.number(),
      }),
    ),
  /** Log lines of the engine: the newest 500 first, in order, then new lines as they come. */
  log: oc.output(
    eventIterator(
      z.object({
        time: z.int(),
        level: z.enum(['info', 'warning', 'error']),
        text: z.string(),
        problem: errorShape.optional(),
      }),
    ),
  ),
}

export type CachePart = z.infer<typeof cachePart>
export type DiagnosticsFile = z.infer<typeof diagnosticsFile>
export type DiagnosticsInput = z.infer<typeof diagnosticsInput>
export type Settings = z.infer<typeof settings>
export type Provider = z.infer<typeof provider>
export type ProviderState = z.infer<typeof providerState>
export type Check = z.infer<typeof check>
