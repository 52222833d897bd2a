import { openTensors, splitText, type TensorSession } from '../../inference/index.ts'
import { openLanes, writeGraph, type OpenLanes } from '../../models/index.ts'
import type { VariantPlan } from '../../onnx/index.ts'
import type { MeasureContext } from '../definition/index.ts'
import { crashesHere, type CallSize } from './calls.ts'
import { halvings, sumOf, trialTensors, type TensorCall } from './trialTensors.ts'

/** A graph on float pixels that gives tensors. */
export interface TensorGraph extends TensorCall {
  /** Part of the name of its file. */
  name: string
  plan: VariantPlan
  size: CallSize
  /** What an image costs, in forward passes of the model. */
  forwards: number
}

/** The sessions of such a graph. */
export type TensorLanes = OpenLanes<TensorSession>

/**
 * Opens a graph in the fastest split of the threads into sessions that is known, or that a trial finds. After a death of the
 * engine it is opened in one session, without a trial.
 *
 * @param images that are to be computed
 */
export async function openTensorLanes(
  context: MeasureContext,
  { name, plan, size, forwards, ...call }: TensorGraph,
  images: number,
): Promise<TensorLanes> {
  const { workspace, model, settings, log, job } = context
  const path = await writeGraph(workspace, model, name, plan)
  const trial = trialTensors(model, size.most)
  const tried = (session: TensorSession, sizes: readonly number[]) => {
    job.enterNative()
    return trial.of(session, call, sizes)
  }
  return openLanes({ db: workspace.db, settings, log }, model, {
    ...{ name: `probe-${name}`, batch: size.most, forwards },
    images: crashesHere(context) > 0 ? 0 : images,
    open: (provider, threads) => openTensors({ path, provider, threads }),
    outputs: (session) => tried(session, [size.most]),
    compared: { images: sumOf(halvings(size)), of: (session) => tried(session, halvings(size)) },
  })
}

/** Says how sessions are split, as a part of a note: ", 2 sessions of 1 thread"; empty for one session. */
export const splitNote = ({ sessions, threads }: Pick<OpenLanes<unknown>, 'sessions' | 'threads'>): string =>
  sessions.length > 1 ? `, ${splitText({ sessions: sessions.length, threads })}` : ''
