import type { Job } from '#shared/contract/index.ts'
import { displayWidth, formatDuration, printable } from './format.ts'
import type { Io } from './io.ts'

/** How far a job is, in one line: "1200/3200 images  38 %  61.5 images/s  0:32 left  RepLK 31 on cpu, batch 16". */
export function describeProgress({ state, progress }: Job): string {
  const { done, total, unit, perSecond, secondsLeft, note, failed } = progress
  if (state === 'queued') return 'waiting for its turn'
  const parts = [`${done}/${total} ${unit}`]
  if (total > 0) parts.push(`${Math.floor((100 * done) / total)} %`)
  if (perSecond !== null) parts.push(`${perSecond.toFixed(perSecond < 10 ? 2 : 1)} ${unit}/s`)
  if (secondsLeft !== null) parts.push(`${formatDuration(secondsLeft)} left`)
  if (failed > 0) parts.push(`${failed} failed`)
  if (note !== '') parts.push(note)
  return printable(parts.join('  '))
}

/** Shows a job's progress on stderr: redrawn in place on a terminal, else a line at every tenth. */
export class ProgressLine {
  readonly #io: Io
  readonly #quiet: boolean
  #tenth = -1
  #shown = false

  constructor(io: Io, quiet: boolean) {
    this.#io = io
    this.#quiet = quiet
  }

  show(job: Job): void {
    if (this.#quiet) return
    const line = describeProgress(job)
    if (this.#io.interactive) {
      this.#io.err(`\r\x1b[K${fit(line, this.#io.columns - 1)}`)
      this.#shown = true
      return
    }
    const { done, total } = job.progress
    const tenth = total > 0 ? Math.floor((10 * done) / total) : 0
    if (job.state !== 'running' || tenth <= this.#tenth) return
    this.#tenth = tenth
    this.#io.err(`${line}\n`)
  }

  end(): void {
    if (this.#shown) this.#io.err('\r\x1b[K')
    this.#shown = false
  }
}

function fit(text: string, columns: number): string {
  if (displayWidth(text) <= columns) return text
  let kept = ''
  let width = 0
  for (const character of text) {
    width += displayWidth(character)
    if (width > columns - 1) break
    kept += character
  }
  return `${kept}…`
}
