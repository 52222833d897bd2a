import { z } from 'zod'
import {
  inspection,
  type DistanceDefinition,
  type Inspection,
  type KernelForm,
  type KernelLayer,
} from '#shared/contract/models.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { readModel } from '../file/read.ts'
import { writeVariant, type WeightsWriting } from '../file/variant.ts'
import { writeWholeModel } from '../file/whole.ts'
import type { PaddedConvolution } from '../rewrite/padColumns.ts'
import { paddingTrial, type PaddingTrial } from '../rewrite/paddingTrial.ts'
import { randomised, redrawnTensors, type Randomised } from '../rewrite/randomised.ts'
import { weightsName, workingModel } from '../rewrite/workingForm.ts'
import { modelReader, type ModelSource, type ReadModel } from './modelReader.ts'
import { attentionMaps, noAttentionReason, type AttentionMap } from '../structure/attention.ts'
import {
  blockOutputs,
  describeFeatures,
  type DescribedFeatures,
  type FeaturePoint,
} from '../structure/features.ts'
import { inspect } from '../structure/inspect.ts'
import { describeMapped, type MappedPoint } from '../structure/mappedFeatures.ts'
import { kernelLayers, readKernels, type LayerKernels } from '../structure/kernels.ts'
import { paddedFile, type PaddedFile } from './paddedFile.ts'
import { planned, runsAsItIs, type VariantPlan } from './plans.ts'
import { writeSegments, type SegmentFiles } from './segmentFiles.ts'
import type { Normalisation } from '../rewrite/acceptPixels.ts'
import type { BlockAdds } from '../rewrite/branches.ts'

/**
 * A task of the graph thread. These tasks would block the engine's main thread for too long. A file that has not the
 * `digest` of the model that is asked for is refused.
 */
export type GraphTask = ModelSource & { digest?: string } & (
    | { kind: 'inspect' }
    | { kind: 'digest' }
    | { kind: 'kernels'; definition: DistanceDefinition; form: KernelForm }
    | { kind: 'kernelSheet'; layer: number; form: KernelForm }
    | { kind: 'features' }
    | { kind: 'points' }
    /** `describeMapped`. */
    | { kind: 'mappedPoints' }
    | { kind: 'attention' }
    /** Writes a variant by `writeVariant`, of a network with random weights where that is asked for, and gives its path. */
    | {
        kind: 'variant'
        digest: string
        directory: string
        name: string
        plan: VariantPlan & { randomised?: Randomised }
      }
    /** Writes the network with its weights as one ONNX file by `writeWholeModel` and gives the files. */
    | { kind: 'whole'; out: string }
    /** Writes the segments of the graph that takes 8-bit pixels, cut behind each of the blocks. */
    | {
        kind: 'segments'
        digest: string
        directory: string
        name: string
        normalisation: Normalisation
        blocks: readonly BlockAdds[]
      }
    /** `paddedFile`, with what was decided of convolutions by their texts. */
    | { kind: 'padding'; decided: ReadonlyMap<string, boolean> }
    /** The files of trials. */
    | { kind: 'paddingTrials'; convolutions: readonly PaddedConvolution[] }
  )

export interface GraphResults {
  inspect: Inspection
  digest: string
  kernels: KernelLayer[]
  kernelSheet: LayerKernels
  features: DescribedFeatures
  points: FeaturePoint[]
  mappedPoints: MappedPoint[]
  /** `reason` says why there are no maps. */
  attention: { maps: AttentionMap[]; reason: string | undefined }
  variant: string
  whole: string[]
  segments: SegmentFiles[]
  padding: PaddedFile
  paddingTrials: PaddingTrial[]
}

/**
 * Runs tasks. Caches the last model until another one is needed or its file changes.
 *
 * @param read reads the files of models; ONNX files where it is left out
 */
export function graphTasks(
  read: ReadModel = readModel,
): (
  task: GraphTask,
  signal?: AbortSignal,
  tell?: WeightsWriting['tell'],
) => Promise<GraphResults[GraphTask['kind']]> {
  const reader = modelReader(read)
  const answer = async (
    task: GraphTask,
    writing: WeightsWriting,
  ): Promise<GraphResults[GraphTask['kind']]> => {
    if (task.kind === 'digest') return reader.digest(task)
    if (task.digest !== undefined && (await reader.digest(task)) !== task.digest)
      throw new KernelscopeError(
        'FILE_CHANGED',
        `the model file has changed since it was added: ${task.path}`,
      )
    if (task.kind === 'paddingTrials') return task.convolutions.map(paddingTrial)
    if (task.kind === 'padding') return paddedFile(task.path, task.decided)
    const model = await reader.model(task)
    switch (task.kind) {
      case 'inspect':
        return checked(inspect(model), task.path)
      case 'kernels':
        return kernelLayers(workingModel(model), task.definition, task.form)
      case 'kernelSheet':
        return readKernels(workingModel(model), task.layer, task.form)
      case 'features':
        return describeFeatures(workingModel(model).graph)
      case 'points':
        return blockOutputs(workingModel(model).graph)
      case 'mappedPoints':
        return describeMapped(workingModel(model).graph)
      case 'attention': {
        const { graph } = workingModel(model)
        return { maps: attentionMaps(graph), reason: noAttentionReason(graph) }
      }
      case 'variant': {
        const { digest, directory, name, plan } = task
        const form = runsAsItIs(plan) ? model : workingModel(model)
        const weights = weightsName(model, form, digest)
        if (!plan.randomised)
          return writeVariant(form, planned(form.graph, plan), directory, name, {
            digest: weights,
            ...writing,
          })
        const { seed } = plan.randomised
        const others = { tensors: redrawnTensors(form, seed), name: `${weights}-random-${seed}` }
        const graph = planned(randomised(form, plan.randomised), plan)
        return writeVariant(form, graph, directory, name, { digest: weights, others, ...writing })
      }
      case 'whole':
        return writeWholeModel(model.graph, task.out)
      case 'segments':
        return writeSegments(workingModel(model), {
          ...task,
          digest: weightsName(model, workingModel(model), task.digest),
          ...writing,
        })
    }
  }
  return (task, signal, tell) =>
    answer(task, { tell, signal }).catch((error: unknown) => {
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
