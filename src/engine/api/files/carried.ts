import { Outgoing } from './outgoing.ts'
import { Uploads } from './uploads.ts'

/** Files that come from another machine, and those that may be fetched from there. */
export class CarriedFiles {
  readonly uploads = new Uploads()
  readonly outgoing = new Outgoing()

  /** Gives up what is fetched; half uploads are kept. */
  async close(): Promise<void> {
    this.outgoing.close()
    await this.uploads.close()
  }
}
