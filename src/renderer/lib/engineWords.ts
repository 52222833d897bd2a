import type { EngineState } from '#shared/bridge.ts'

/** What the page says of the engine. */
export interface EngineWords {
  /** A few words for the status bar. */
  label: string
  tone: 'success' | 'warning' | 'error'
  /** A sentence for the banner; null where there is no reason for one. */
  banner: string | null
}

/** Says of the engine what its state says, and no more: "restarting" only of a process that ended. */
export function engineWords(state: EngineState): EngineWords {
  switch (state.state) {
    case 'ready':
      return { label: 'Engine ready', tone: 'success', banner: null }
    case 'starting':
      return { label: 'Engine starting', tone: 'warning', banner: null }
    case 'failed':
      return {
        label: 'Engine stopped',
        tone: 'error',
        banner: 'The engine stopped several times in a row and was given up.',
      }
    case 'down':
      return state.busy
        ? {
            label: 'Engine does not answer',
            tone: 'warning',
            banner: `The engine runs but does not answer. It is started again only if it stays silent for ${seconds(state.retryInMs)}.`,
          }
        : {
            label: 'Engine restarting',
            tone: 'warning',
            banner: 'The engine stopped and is being started again. Jobs go on by themselves.',
          }
  }
}

const seconds = (milliseconds: number) => `${Math.max(1, Math.round(milliseconds / 1000))} s`
