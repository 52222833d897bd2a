import { env } from 'node:process'

/** Seed of the fuzzers, from FUZZ_SEED. */
export const seed = Number(env['FUZZ_SEED'] ?? 1)

/** How often a fuzzer does what it does in the suite, from FUZZ_ROUNDS. */
export const rounds = Number(env['FUZZ_ROUNDS'] ?? 1)
