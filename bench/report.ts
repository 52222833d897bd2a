import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'

export interface Row {
  name: string
  perSecond: number
  /** Rate divided by that of the baseline in the same run. */
  ratio?: number
}

/** Prints the rows and writes them to out/bench/<name>.json. */
export function report(name: string, unit: string, rows: Row[], notes: Record<string, string> = {}): void {
  const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, node: process.version }
  console.log(`${name} (${machine.cpu}, ${machine.cores} cores, node ${machine.node})`)
  for (const { name: row, perSecond, ratio } of rows) {
    const times = ratio === undefined ? '' : `  ${ratio.toFixed(2)} x`
    console.log(`  ${row.padEnd(44)} ${perSecond.toFixed(1).padStart(9)} ${unit}/s${times}`)
  }
  const folder = join(import.meta.dirname, '../out/bench')
  mkdirSync(folder, { recursive: true })
  writeFileSync(
    join(folder, `${name}.json`),
    `${JSON.stringify({ name, unit, machine, notes, rows }, null, 2)}\n`,
  )
}

/** Runs `work` for at least `seconds` after one warm-up. Returns runs per second. */
export async function rate(work: () => Promise<unknown> | undefined, seconds = 2): Promise<number> {
  await work()
  const start = performance.now()
  let runs = 0
  do {
    await work()
    runs++
  } while (performance.now() - start < 1000 * seconds)
  return runs / ((performance.now() - start) / 1000)
}

/** Returns the seconds of CPU time that all threads of this process have used. */
export function cpuSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

/**
 * Runs `work` for at least `seconds` of CPU time after one warm-up. Returns runs per second of CPU time of all threads.
 */
export async function cpuRate(work: () => Promise<unknown>, seconds = 2): Promise<number> {
  await work()
  const start = cpuSeconds()
  let runs = 0
  do {
    await work()
    runs++
  } while (cpuSeconds() - start < seconds)
  return runs / (cpuSeconds() - start)
}
