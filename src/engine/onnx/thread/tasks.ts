import { stat } from 'node:fs/promises'
import { z } from 'zod'
import {
  inspection,
  type DistanceDefinition,
  type Inspection,
  type KernelForm,
  type KernelLayer,
} from '#shared/contract/models.ts'
import { KernelscopeError } from '#shared/errors.ts'
import type { OnnxModel } from '../graph.ts'
import { modelDigest, writeVariant } from '../file/variant.ts'
import { readModel } from '../file/read.ts'
import { attentionMaps, noAttentionReason, type AttentionMap } from '../structure/attention.ts'
import {
  blockOutputs,
  describeFeatures,
  type DescribedFeatures,
  type FeaturePoint,
} from '../structure/features.ts'
import { inspect } from '../structure/inspect.ts'
import { kernelLayers, readKernels, type LayerKernels } from '../structure/kernels.ts'
import { planned, type VariantPlan } from './plans.ts'

/** A task of the graph thread. These tasks would block the engine's main thread for too long. */
export type GraphTask =
  | { kind: 'inspect'; path: string }
  | { kind: 'digest'; path: string }
  | { kind: 'kernels'; path: string; definition: DistanceDefinition; form: KernelForm }
  | { kind: 'kernelSheet'; path: string; layer: number; form: KernelForm }
  | { kind: 'features'; path: string }
  | { kind: 'points'; path: string }
  | { kind: 'attention'; path: string }
  /** Writes a variant by `writeVariant` and gives its path. */
  | { kind: 'variant'; path: string; digest: string; directory: string; name: string; plan: VariantPlan }

export interface GraphResults {
  inspect: Inspection
  digest: string
  kernels: KernelLayer[]
  kernelSheet: LayerKernels
  features: DescribedFeatures
  points: FeaturePoint[]
  /** `reason` says why there are no maps. */
  attention: { maps: AttentionMap[]; reason: string | undefined }
  variant: string
}

/** Runs tasks. Caches the last model until another one is needed or its file changes. */
export function graphTasks(): (task: GraphTask) => Promise<GraphResults[GraphTask['kind']]> {
  let kept: { key: string; model: OnnxModel } | null = null
  const modelAt = async (path: string): Promise<OnnxModel> => {
    const found = await stat(path).catch(() => null)
    const key = `${path} ${found?.size} ${found?.mtimeMs}`
    if (kept?.key !== key) kept = { key, model: await readModel(path) }
    return kept.model
  }
  const answer = async (task: GraphTask): Promise<GraphResults[GraphTask['kind']]> => {
    const model = await modelAt(task.path)
    switch (task.kind) {
      case 'inspect':
        return checked(inspect(model), task.path)
      case 'digest':
        return modelDigest(model)
      case 'kernels':
        return kernelLayers(model, task.definition, task.form)
      case 'kernelSheet':
        return readKernels(model, task.layer, task.form)
      case 'features':
        return describeFeatures(model.graph)
      case 'points':
        return blockOutputs(model.graph)
      case 'attention':
        return { maps: attentionMaps(model.graph), reason: noAttentionReason(model.graph) }
      case 'variant': {
        const { digest, directory, name, plan } = task
        return writeVariant(model, planned(model.graph, plan), directory, name, { digest })
      }
    }
  }
  return (task) =>
    answer(task).catch((error: unknown) => {
      throw refusal(error, task.path)
    })
}

const hint = 'If ONNX Runtime runs the model, please report it with the details.'

/** Numbers of a graph may be too large to be numbers here. */
function checked(found: Inspection, path: string): Inspection {
  const { error } = inspection.safeParse(found)
  if (!error) return found
  const [issue] = error.issues
  throw new KernelscopeError(
    'MODEL_UNSUPPORTED',
    `${path}: its graph has impossible sizes (${issue?.path.join('.') ?? ''}: ${issue?.message ?? ''})`,
    { hint, details: z.prettifyError(error) },
  )
}

/**
 * A graph may be valid and still ask for what no rewrite or rule foresaw: arrays that cannot be, nesting deeper than the
 * stack. That is refused like what was foreseen. Its details have the place in the code.
 */
function refusal(error: unknown, path: string): unknown {
  if (!(error instanceof RangeError) && !(error instanceof TypeError)) return error
  const details = error.stack ?? ''
  const message = `${path}: its graph cannot be worked with: ${error.message}`
  return new KernelscopeError('MODEL_UNSUPPORTED', message, { hint, details, cause: error })
}
