import { KernelscopeError } from '#shared/errors.ts'
import type { Composition } from '#shared/figures/compose/index.ts'
import { stopSignal } from '../base/stopSignal.ts'
import { deathDetails, isOutOfMemory, Thread, type Death } from '../threads/thread.ts'
import { Turns } from '../threads/turns.ts'
import type { ComposedLayout, RenderRequest } from './render.ts'

/** A task of the rendering thread. */
export type PressTask =
  { kind: 'render'; request: RenderRequest } | { kind: 'layOut'; composition: Composition }

interface PressResults {
  render: Uint8Array
  layOut: ComposedLayout
}

/** Most memory of drawing one figure, in MiB. Drawings of a hundred thousand points take a few hundred. */
const mostMebibytes = 2048
/** Longest drawing of one figure, in milliseconds; and after its drawing was stopped. */
const blockedMs = 300_000
const stoppedMs = 500

const tooLong = (task: PressTask): KernelscopeError =>
  new KernelscopeError('UNSUPPORTED', `${nameOf(task)} takes more than ${blockedMs / 1000} s to be drawn`, {
    hint: 'Save its data as CSV or JSON, or leave series out.',
  })

/** Renders figures in a separate thread, since each takes a tenth of a second or more. */
export interface Press {
  /**
   * Renders a figure, with the same bytes as `renderFigure`. Requests wait for one another.
   *
   * @throws UNSUPPORTED where it takes five minutes, OUT_OF_MEMORY where it takes 2 GiB
   * @throws INTERNAL where rendering ended the thread
   * @param signal ends it; that of the work that it is a part of where left out
   * @throws CANCELLED after `close`, or where the signal is aborted
   * @throws any error of `renderFigure`
   */
  render(request: RenderRequest, signal?: AbortSignal): Promise<Uint8Array>
  /**
   * Lays out a composed figure, as `composedLayout`.
   *
   * @throws INTERNAL where this ended the thread
   * @throws CANCELLED after `close`
   */
  layOut(composition: Composition): Promise<ComposedLayout>
  /** Rejects waiting requests, finishes the running one and ends the thread. */
  close(): Promise<void>
}

/**
 * Creates a press. Its thread starts with the first request.
 *
 * @param entry URL of another worker script, for tests
 * @param mebibytes limit of memory, for tests
 */
export function createPress(entry?: URL, mebibytes = mostMebibytes): Press {
  const closing = 'the engine is closing'
  const turns = new Turns({ depth: 1, closed: closing, aborted: 'the drawing was stopped' })
  const thread = new Thread<PressTask, PressResults>({
    name: 'figures',
    entry,
    limits: { maxOldGenerationSizeMb: mebibytes },
    lost: (task, death) => lost(nameOf(task), death, mebibytes),
    watch: {
      blockedMs,
      blocked: tooLong,
      stoppedMs,
      stopped: (task) => new KernelscopeError('CANCELLED', `drawing ${nameOf(task)} was stopped`),
    },
  })
  return {
    render: (request, signal = stopSignal()) =>
      turns.run(() => thread.ask({ kind: 'render', request }, signal), { signal }),
    layOut: (composition) => turns.run(() => thread.ask({ kind: 'layOut', composition })),
    async close() {
      turns.close()
      await thread.close()
    },
  }
}

function lost(name: string, death: Death, mebibytes: number): KernelscopeError {
  const details = deathDetails(death)
  return isOutOfMemory(death)
    ? new KernelscopeError('OUT_OF_MEMORY', `${name} needs more than ${mebibytes} MiB to be drawn`, {
        hint: 'Save its data as CSV or JSON, or leave series out.',
        details,
      })
    : new KernelscopeError('INTERNAL', `rendering ${name} ended its thread`, { details })
}

function nameOf(task: PressTask): string {
  if (task.kind === 'layOut') return task.composition.title
  const { content } = task.request
  return content.kind === 'figure' ? content.spec.id : content.composition.title
}
