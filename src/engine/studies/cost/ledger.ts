import { secondsPerImage } from '../../facts/index.ts'
import type { StoredModel } from '../../models/index.ts'
import type { Db } from '../../workspace/index.ts'
import type { ExtraWork } from '../definition/index.ts'

/** What is to be computed for a model. */
export interface Work extends Omit<ExtraWork, 'atMost'> {
  /** How many answers are stored; left out = all of the images that are. */
  answered?: number
  atMost?: boolean | undefined
}

/** Adds up what is to be computed. */
export class Ledger {
  readonly db: Db
  answers = 0
  cached = 0
  seconds: number | null = 0
  atMost = false
  readonly choices: string[] = []
  /** What is still to be computed, by model, in forward passes. */
  readonly forwards = new Map<number, number>()

  constructor(db: Db) {
    this.db = db
  }

  add({ model, ...work }: Work): void {
    const left = this.count(model, work)
    const perImage = secondsPerImage(this.db, model)
    if (left > 0) this.spend(perImage === null ? null : perImage * left)
  }

  /** Counts images without saying how long they take. Returns the forward passes still to be made. */
  count(model: StoredModel, { images, stored, forwards, ...work }: Omit<Work, 'model'>): number {
    const known = Math.min(images, stored)
    const left = (images - known) * forwards
    const { answers = 1, answered = known * answers, atMost = false } = work
    this.answers += images * answers
    this.cached += answered
    this.atMost ||= atMost && left > 0
    this.forwards.set(model.id, (this.forwards.get(model.id) ?? 0) + left)
    return left
  }

  spend(seconds: number | null): void {
    this.seconds = this.seconds === null || seconds === null ? null : this.seconds + seconds
  }
}
