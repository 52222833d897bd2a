import { canonicalJson } from '#shared/canonical.ts'
import type { SaliencyMethod } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { passesOf } from '#shared/saliencyMethods/index.ts'
import { closeAll, joined, type ProviderName, type Splittable } from '../../inference/index.ts'
import { openLanes, type OpenLanes } from '../../models/index.ts'
import type { VariantPlan } from '../../onnx/index.ts'
import { OpenSessions, planCallSize, type InspectedModel, type SessionInUse } from '../../saliency/index.ts'
import type { StudyImage } from '../../facts/index.ts'
import type { MeasureContext } from '../definition/index.ts'
import { crashesHere } from './calls.ts'
import { gradientForwards } from './gradientForwards.ts'
import { mapCall } from './mapCalls.ts'
import { mapContext } from './studyMap.ts'
import { halvings, sumOf, trialTensors } from './trialTensors.ts'

/** A graph that maps are computed with: of the study's model, or of the same with random weights. */
export interface MapGraph {
  model: InspectedModel
  plan: VariantPlan
}

/** Open graphs of its own for one of the maps that are computed at once. */
export interface MapLane extends Splittable {
  /** The services of the run, with the provider and the threads of the lane. */
  context: MeasureContext
  sessions: OpenSessions
  /** The session of a graph. It stays open as long as the lane. */
  lease: (graph: MapGraph) => SessionInUse
}

export type MapLanes = OpenLanes<MapLane>

/** Images that are to be computed with some graphs, the first of them most often. */
export interface MapWork<K> {
  of: K
  graphs: readonly [MapGraph, ...MapGraph[]]
  images: readonly StudyImage[]
  /** Passes of the first graph, and of the others like it, for an image. */
  passes: number
}

/**
 * Does the works of some things one after the other, those with the same graphs together, in as many lanes as is fastest. Ends
 * early where the job is stopped.
 *
 * @param workOf null where nothing is to be done. What comes before a thing of which it throws is done first.
 */
export async function inMapLanes<K>(
  context: MeasureContext,
  things: readonly K[],
  workOf: (of: K) => Promise<MapWork<K> | null>,
  measure: (lanes: MapLanes, work: MapWork<K>) => Promise<void>,
): Promise<void> {
  const { signal } = context.job
  const works: MapWork<K>[] = []
  const errors: unknown[] = []
  for (const one of things) {
    try {
      const work = await workOf(one)
      if (work) works.push(work)
    } catch (error) {
      errors.push(error)
      break
    }
  }
  for (const group of Map.groupBy(works, ({ graphs }) => graphs.map(keyOf).join()).values()) {
    if (signal.aborted) return
    const passes = sumOf(group.map(({ images, passes: each }) => images.length * each))
    const lanes = await openMapLanes(context, group[0]?.graphs ?? [], passes)
    try {
      for (const work of group) if (!signal.aborted) await measure(lanes, work)
    } finally {
      await closeAll(lanes.sessions)
    }
  }
  if (errors.length > 0) throw errors[0]
}

/** Passes of the graph of a method for one map. */
export function mapPasses(method: SaliencyMethod, { preprocessing: { size } }: InspectedModel): number {
  const { gradients, forwards } = passesOf(method, size)
  return gradients || forwards
}

const keyOf = ({ model: { randomised }, plan }: MapGraph): string =>
  canonicalJson({ plan, randomised: randomised ?? null })

/** @param passes of the first graph; 0: one lane serves */
function openMapLanes(
  context: MeasureContext,
  graphs: readonly MapGraph[],
  passes: number,
): Promise<MapLanes> {
  const { workspace, model, settings, log, job, progress } = context
  const [main] = graphs
  if (!main) throw new KernelscopeError('INTERNAL', 'no graph to compute maps with')
  const sizesOf = ({ plan }: MapGraph) => halvings(planCallSize(plan, model))
  const sizes = graphs.map(sizesOf)
  const [batch = 1] = sizesOf(main)
  const trial = trialTensors(model, Math.max(...sizes.flat()))
  const tried = (lane: MapLane, graph: MapGraph, calls: readonly number[]) => {
    job.enterNative()
    return trial.of(lane.lease(graph).session, mapCall(graph.plan, model), calls)
  }
  progress.note(`${model.title}: opening`)
  return openLanes({ db: workspace.db, settings, log }, model, {
    name: `map-${[...new Set(graphs.map(({ plan }) => nameOf(plan)))].join('+')}`,
    batch,
    forwards: main.plan.op === 'floats' ? 1 : gradientForwards(model),
    images: crashesHere(context) > 0 ? 0 : passes,
    open: (provider, threads) => openLane(context, graphs, provider, threads),
    outputs: (lane) => tried(lane, main, [batch]),
    compared: {
      images: sumOf(sizes.flat()),
      async of(lane) {
        const found: Float32Array[] = []
        for (const graph of graphs) found.push(await tried(lane, graph, sizesOf(graph)))
        return joined(found)
      },
    },
  })
}

const nameOf = (plan: VariantPlan): string =>
  plan.op === 'featureGradient' ? `${plan.op}-${plan.point}` : plan.op

async function openLane(
  context: MeasureContext,
  graphs: readonly MapGraph[],
  provider: ProviderName,
  threads: number,
): Promise<MapLane> {
  const own = { ...context, settings: { ...context.settings, provider, threads } }
  const sessions = new OpenSessions()
  const leases = new Map<string, SessionInUse>()
  try {
    for (const graph of graphs)
      leases.set(keyOf(graph), await sessions.open(mapContext(own, sessions), graph.model, graph.plan))
  } catch (error) {
    await sessions.close()
    throw error
  }
  return {
    request: { path: context.model.path, threads },
    context: own,
    sessions,
    lease(graph) {
      const found = leases.get(keyOf(graph))
      if (!found) throw new KernelscopeError('INTERNAL', 'the graph of a map was not opened')
      return found
    },
    close: () => sessions.close(),
  }
}
