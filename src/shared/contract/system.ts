import { eventIterator, oc } from '@orpc/contract'
import { z } from 'zod'
import { errorShape, ok } from './common.ts'

export const provider = z.enum(['auto', 'cpu', 'cuda', 'tensorrt', 'webgpu'])

export const settings = z.object({
  provider,
  /** Threads of ONNX Runtime; 0 lets the engine choose. */
  threads: z.int().min(0).max(256),
  /** 0 finds the batch size by a short trial. */
  batch: z.int().min(0).max(4096),
  seed: z.int(),
})

export const providerState = z.object({
  name: z.string(),
  available: z.boolean(),
  /** Why it is, or is not, there. */
  reason: z.string(),
})

export const check = z.object({
  id: z.string(),
  title: z.string(),
  state: z.enum(['ok', 'warning', 'error']),
  value: z.string(),
  hint: z.string().optional(),
})

export const workspaceInfo = z.object({
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
}

export const system = {
  version: oc.output(
    z.object({ kernelscope: z.string(), node: z.string(), onnxruntime: z.string(), sqlite: z.string() }),
  ),
  doctor: oc.output(z.object({ checks: z.array(check), providers: z.array(providerState) })),
  settings: oc.output(settings),
  updateSettings: oc.input(settings.partial()).output(settings),
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

export type Settings = z.infer<typeof settings>
export type Provider = z.infer<typeof provider>
export type ProviderState = z.infer<typeof providerState>
export type Check = z.infer<typeof check>
export type WorkspaceInfo = z.infer<typeof workspaceInfo>
