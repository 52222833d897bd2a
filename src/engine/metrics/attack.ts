/** What an attack did to a set of images. Shares are null where their denominator is empty. */
export interface AttackSuccess {
  n: number
  /** Share of attacked images that are wrong, clean mistakes included (paper, Table 4). */
  rate: number | null
  /** Share of the images that were right when clean and are wrong when attacked. */
  conditional: number | null
  /** Share of clean images that are wrong; it is part of `rate`. */
  cleanError: number | null
}

/**
 * Attack success rate, by the paper's definition and conditional on a right clean prediction.
 *
 * @param clean whether the clean prediction of each image was right
 * @param attacked the same after the attack
 */
export function attackSuccess(clean: readonly boolean[], attacked: readonly boolean[]): AttackSuccess {
  if (clean.length !== attacked.length)
    throw new RangeError(`invalid attacked: ${attacked.length} outcomes for ${clean.length} images`)
  const n = clean.length
  const right = clean.filter(Boolean).length
  const wrongAfter = attacked.filter((outcome) => !outcome).length
  const lost = clean.filter((outcome, at) => outcome && !attacked[at]).length
  return {
    n,
    rate: n === 0 ? null : wrongAfter / n,
    conditional: right === 0 ? null : lost / right,
    cleanError: n === 0 ? null : (n - right) / n,
  }
}

/** Accuracy under a condition minus clean accuracy: negative is worse, the sign of the paper's Table 5. */
export function accuracyChange(condition: number | null, clean: number | null): number | null {
  return condition === null || clean === null ? null : condition - clean
}
