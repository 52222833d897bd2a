import type { Job, WorkProgress } from '#shared/contract/index.ts'
import { jobTitle } from '#shared/jobWords.ts'
import { displayWidth, formatDuration, printable } from './format.ts'
import type { Io } from './io.ts'

/** A job's progress in one line: "1200/3200 answers  38 %  61.5 answers/s  0:32 left  RepLK 31 on cpu, batch 16". */
export function describeProgress({ state, progress }: Job): string {
  const { done, total, unit, perSecond, secondsLeft, note, failed, silentSeconds } = progress
  if (state === 'queued') return jobTitle({ state }).toLowerCase()
  // Before its first step a job does not know how much there is to do.
  const parts = total > 0 || done > 0 ? [`${done}/${total} ${unit}`] : []
  if (total > 0) parts.push(`${Math.floor((100 * done) / total)} %`)
  if (perSecond !== null) parts.push(`${perSecond.toFixed(perSecond < 10 ? 2 : 1)} ${unit}/s`)
  if (secondsLeft !== null) parts.push(`${formatDuration(secondsLeft)} left`)
  if (failed > 0) parts.push(`${failed} failed`)
  if (silentSeconds !== undefined)
    parts.push(`no answer for ${formatDuration(silentSeconds)}; a second Ctrl-C ends it`)
  if (note !== '') parts.push(note)
  return parts.length === 0 ? jobTitle({ state }).toLowerCase() : printable(parts.join('  '))
}

/** Shows a job's progress on stderr: one line that is redrawn on a terminal, else a line at every tenth. */
export class ProgressLine {
  readonly #io: Io
  readonly #quiet: boolean
  #tenth = -1
  #part = ''
  #shown = false

  constructor(io: Io, quiet: boolean) {
    this.#io = io
    this.#quiet = quiet
  }

  show(job: Job): void {
    this.#write(describeProgress(job), job.state === 'running' ? job.progress : null)
  }

  /** Shows the progress of work that is not a job: "8/50 images  0:12 left  RepLK 31 on cpu". */
  note({ done, total, unit, note, secondsLeft = null }: WorkProgress): void {
    if (note !== this.#part) this.#tenth = -1
    this.#part = note
    const parts = [
      ...(total > 0 ? [`${done}/${total} ${unit}`] : done > 0 ? [`${done} ${unit}`] : []),
      ...(secondsLeft === null || done === total ? [] : [`${formatDuration(secondsLeft)} left`]),
      note,
    ]
    this.#write(printable(parts.join('  ')), { done, total })
  }

  #write(line: string, running: { done: number; total: number } | null): void {
    if (this.#quiet) return
    if (this.#io.interactive) {
      this.#io.err(`\r\x1b[K${fit(line, this.#io.columns - 1)}`)
      this.#shown = true
      return
    }
    const tenth = running && running.total > 0 ? Math.floor((10 * running.done) / running.total) : 0
    if (!running || tenth <= this.#tenth) return
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
