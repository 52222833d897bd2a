import { join } from 'node:path'
import { Lanes } from '../../threads/lanes.ts'
import type { BrowseResults, BrowseTask } from './protocol.ts'

/** The browse thread of a workspace. Facets are counted in steps beside other tasks. */
export class Browser extends Lanes<BrowseTask, BrowseResults> {
  constructor(folder: string) {
    const thread = { database: join(folder, 'workspace.sqlite'), keep: join(folder, 'browse.sqlite') }
    super({
      name: 'browse',
      lanes: { quick: thread, slow: thread },
      laneOf: ({ kind }) => (kind === 'facets' ? 'slow' : 'quick'),
      inSteps: ['slow'],
    })
  }
}
