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
  return state.host === undefined ? wordsHere(state) : wordsThere(state, state.host)
}

/** Of an engine on another machine: the connection may be lost while it goes on. */
function wordsThere(state: EngineState, host: string): EngineWords {
  switch (state.state) {
    case 'ready': {
      const trip = state.roundTripMs === undefined ? '' : `, ${state.roundTripMs} ms`
      return { label: `${host}${trip}`, tone: 'success', banner: null }
    }
    case 'starting':
      return { label: `Connecting to ${host}`, tone: 'warning', banner: null }
    case 'failed':
      return { label: `No connection to ${host}`, tone: 'error', banner: `${host} cannot be used.` }
    case 'down':
      if (state.busy)
        return {
          label: `${host} does not answer`,
          tone: 'warning',
          banner: `${host} does not answer: its engine is busy, or the connection hangs. It is given up if it stays silent for ${seconds(state.retryInMs)}.`,
        }
      return {
        label: `Connection to ${host} lost`,
        tone: 'warning',
        banner: `The connection to ${host} is lost. Its engine and its jobs go on there; the next try is in ${seconds(state.retryInMs)}.`,
      }
  }
}

function wordsHere(state: EngineState): EngineWords {
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
