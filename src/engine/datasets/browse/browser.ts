import { join } from 'node:path'
import { Lanes } from '../../threads/lanes.ts'
import type { BrowseResults, BrowseTask } from './protocol.ts'

/** The browse thread of a workspace. Facets are counted in steps beside other tasks. */
export class Browser extends Lanes<BrowseTask, BrowseResults> {
  constructor(folder: string) {
    super({
      name: 'browse',
      workerData: { database: join(folder, 'workspace.sqlite'), keep: join(folder, 'browse.sqlite') },
      slow: ['facets'],
    })
  }
}
