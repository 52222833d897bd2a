import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { errorShape, ok } from './common.ts'

const provider = z.enum(['auto', 'cpu', 'cuda', 'tensorrt', 'webgpu'])

export const settings = z.object({
  provider,
  /** Threads of ONNX Runtime; 0 lets the engine choose. */
  threads: z.int().min(0).max(256),
  /** 0 finds the batch size by a short trial. */
  batch: z.int().min(0).max(4096),
  /** What new studies start with. */
  seed: z.int(),
  /** Venue whose widths figures start with: an id of shared/figures/venues. */
  venue: z.string(),
  /** What may be kept on disk that can be made again (thumbnails, rewritten graphs, maps), in MiB. */
  cacheMebibytes: z.int().min(64).max(1_048_576),
})

/** A part of what a workspace keeps. */
export const cachePart = z.object({
  id: z.enum(['thumbnails', 'graphs', 'maps', 'facts', 'exports']),
  title: z.string(),
  text: z.string(),
  items: z.int(),
  bytes: z.int(),
  /** Can be made again at any time, so it may be emptied. */
  disposable: z.boolean(),
})

const diagnosticsInput = z.object({
  /** Leave out the names of the home folder, the user and the machine. */
  redact: z.boolean().default(true),
  /** What the window says of itself: versions of Electron and Chromium. */
  page: z.string().max(1000).optional(),
})

const diagnosticsFile = z.object({ name: z.string(), title: z.string(), text: z.string() })

const providerState = z.object({
  name: z.string(),
  available: z.boolean(),
  /** Why it is, or is not, there. */
  reason: z.string(),
})

const check = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['ok', 'warning', 'error']),
  value: z.string(),
  hint: z.string().optional(),
})

const workspaceInfo = z.object({
  path: z.string(),
  name: z.string(),
  schema: z.int(),
  createdAt: z.int(),
  models: z.int(),
  datasets: z.int(),
  images: z.int(),
  predictions: z.int(),
  studies: z.int(),
  bytes: z.int(),
  /** e.g. that the folder is on a network file system. */
  warnings: z.array(z.string()),
})

export const workspace = {
  create: oc.input(z.object({ path: z.string() })).output(workspaceInfo),
  open: oc.input(z.object({ path: z.string() })).output(workspaceInfo),
  /** Copies the sample workspace that ships with the app to `path` (default: a folder of the user's) and opens it. */
  openSample: oc.input(z.object({ path: z.string().optional() })).output(workspaceInfo),
  close: oc.output(ok),
  /** null while none is open. */
  info: oc.output(workspaceInfo.nullable()),
  cache: oc.output(z.array(cachePart)),
  /** Empties parts that can be made again; without parts, whatever is over the limit of the settings, oldest first. */
  trim: oc
    .input(z.object({ parts: z.array(cachePart.shape.id).optional() }))
    .output(z.object({ bytes: z.int(), cache: z.array(cachePart) })),
}

export const system = {
  version: oc.output(
    z.object({ kernelscope: z.string(), node: z.string(), onnxruntime: z.string(), sqlite: z.string() }),
  ),
  doctor: oc.output(z.object({ checks: z.array(check), providers: z.array(providerState) })),
  /** Those of the open workspace; the defaults while none is open. */
  settings: oc.output(settings),
  updateSettings: oc.input(settings.partial()).output(settings),
  /** Which of these paths are there. */
  present: oc
    .input(z.object({ paths: z.array(z.string()).max(200) }))
    .output(z.object({ present: z.array(z.boolean()) })),
  /** What a report of a fault should hold, as texts, so that it can be read before it is saved. No images, no weights. */
  diagnostics: oc.input(diagnosticsInput).output(z.array(diagnosticsFile)),
  /** Writes the same as a zip. Nothing is sent anywhere. */
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
  /** Log lines of the engine, the newest 500 first in order, then as they come. */
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
export type WorkspaceInfo = z.infer<typeof workspaceInfo>
