import { env } from 'node:process'

/** Seed of the fuzzers, from FUZZ_SEED. */
export const seed = Number(env['FUZZ_SEED'] ?? 1)

/** How often a fuzzer does what it does in the suite, from FUZZ_ROUNDS. */
export const rounds = Number(env['FUZZ_ROUNDS'] ?? 1)

/** Seconds of wall time that each of the fuzzers of bundles and workspaces gets in the suite. */
const seconds = 20

/**
 * Counts cases while there is time, but at least `least` of them, so that a loaded machine checks something. Each case
 * draws from a generator of its own; FUZZ_FIRST names the first.
 */
export function* casesInTime(least: number): Generator<number> {
  const first = Number(env['FUZZ_FIRST'] ?? 0)
  const until = Date.now() + seconds * rounds * 1000
  for (let at = first; at < first + least || Date.now() < until; at++) yield at
}

/** Says which case of a fuzzer failed, and what repeats it. */
export const placeOf = (fuzzer: string, at: number): string =>
  `case ${at} of seed ${seed}; npm run fuzz -- --seconds 1 --seed ${seed} --first ${at} ${fuzzer}`
