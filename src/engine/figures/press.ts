import { KernelscopeError } from '#shared/errors.ts'
import type { Composition } from '#shared/figures/compose/index.ts'
import { deathDetails, Thread } from '../threads/thread.ts'
import { Turns } from '../threads/turns.ts'
import type { Drawing, Placement } from './drawing.ts'

export type PressTask = { kind: 'draw'; drawing: Drawing } | { kind: 'layOut'; composition: Composition }

interface PressResults {
  draw: Uint8Array
  layOut: Placement
}

/** Draws figures in a thread of its own, so that a tenth of a second of drawing never holds up the engine. */
export interface Press {
  /**
   * The bytes of a drawing, the same as if it were drawn in this thread. Drawings wait for one another.
   *
   * @throws whatever drawing throws; INTERNAL where it ended the thread; CANCELLED after `close`
   */
  draw(drawing: Drawing): Promise<Uint8Array>
  /** Where the panels of a composed figure stand. */
  layOut(composition: Composition): Promise<Placement>
  /** Rejects what waits, lets the drawing at hand finish, ends the thread. */
  close(): Promise<void>
}

/**
 * @param entry another worker entry, for tests
 */
export function createPress(entry?: URL): Press {
  const closing = 'the engine is closing'
  const turns = new Turns({ depth: 1, closed: closing, aborted: closing })
  const thread = new Thread<PressTask, PressResults>({
    name: 'figures',
    entry,
    lost: (task, death) =>
      new KernelscopeError('INTERNAL', `drawing ${nameOf(task)} ended its thread`, {
        details: deathDetails(death),
      }),
  })
  return {
    draw: (drawing) => turns.run(() => thread.ask({ kind: 'draw', drawing })),
    layOut: (composition) => turns.run(() => thread.ask({ kind: 'layOut', composition })),
    async close() {
      turns.close()
      await thread.close()
    },
  }
}

function nameOf(task: PressTask): string {
  if (task.kind === 'layOut') return task.composition.title
  const { content } = task.drawing
  return content.kind === 'figure' ? content.spec.id : content.composition.title
}
