import type { Attack } from '#shared/attacks.ts'
import { nearestWrong, strongest, type AttackedImages } from './strongest.ts'

/**
 * Attacks images, and gives the images of each run. Runs of cw differ in epsilon only and share a search: a run has the image itself
 * where the nearest wrong one is farther than its epsilon. Of other attacks each run is by itself.
 */
export async function strongAttack(
  runs: readonly Attack[],
  attacked: AttackedImages,
  reached: (run: number, images: readonly Float32Array[]) => Promise<void>,
): Promise<void> {
  const [first] = runs
  if (first?.kind === 'cw') {
    const found = await nearestWrong(first, attacked)
    for (const [run, { epsilon }] of runs.entries())
      await reached(
        run,
        found.map(({ x, norm }, at) => (norm <= epsilon ? x : (attacked.images[at] ?? x))),
      )
    return
  }
  for (const [run, attack] of runs.entries()) {
    const found = await strongest(
      attack,
      attacked,
      attacked.images.map(() => attack.epsilon),
    )
    await reached(
      run,
      found.map(({ x }) => x),
    )
  }
}
