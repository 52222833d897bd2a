import { KernelscopeError } from '#shared/errors.ts'
import type { Composition } from '#shared/figures/compose/index.ts'
import { deathDetails, Thread } from '../threads/thread.ts'
import { Turns } from '../threads/turns.ts'
import type { ComposedLayout, RenderRequest } from './render.ts'

/** A task of the rendering thread. */
export type PressTask =
  { kind: 'render'; request: RenderRequest } | { kind: 'layOut'; composition: Composition }

interface PressResults {
  render: Uint8Array
  layOut: ComposedLayout
}

/** Longest drawing of one figure, in milliseconds. */
const blockedMs = 300_000

const tooLong = (task: PressTask): KernelscopeError =>
  new KernelscopeError('UNSUPPORTED', `${nameOf(task)} takes more than ${blockedMs / 1000} s to be drawn`, {
    hint: 'Save its data as CSV or JSON, or leave series out.',
  })

/** Renders figures in a separate thread, since each takes a tenth of a second or more. */
export interface Press {
  /**
   * Renders a figure, with the same bytes as `renderFigure`. Requests wait for one another.
   *
   * @throws INTERNAL where rendering ended the thread
   * @throws CANCELLED after `close`
   * @throws any error of `renderFigure`
   */
  render(request: RenderRequest): Promise<Uint8Array>
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
 */
export function createPress(entry?: URL): Press {
  const closing = 'the engine is closing'
  const turns = new Turns({ depth: 1, closed: closing, aborted: closing })
  const thread = new Thread<PressTask, PressResults>({
    name: 'figures',
    entry,
    lost: (task, death) =>
      new KernelscopeError('INTERNAL', `rendering ${nameOf(task)} ended its thread`, {
        details: deathDetails(death),
      }),
    watch: { blockedMs, blocked: tooLong, stoppedMs: blockedMs, stopped: tooLong },
  })
  return {
    render: (request) => turns.run(() => thread.ask({ kind: 'render', request })),
    layOut: (composition) => turns.run(() => thread.ask({ kind: 'layOut', composition })),
    async close() {
      turns.close()
      await thread.close()
    },
  }
}

function nameOf(task: PressTask): string {
  if (task.kind === 'layOut') return task.composition.title
  const { content } = task.request
  return content.kind === 'figure' ? content.spec.id : content.composition.title
}
