import { openSession, type Session } from '../inference/index.ts'

/** A session that opens again where its worker has ended. */
export type Lane = Pick<Session, 'run' | 'outputs' | 'close'>

/** The lanes of some sessions, in their order. */
export const lanesOf = ([first, ...others]: readonly [Session, ...Session[]]): [Lane, ...Lane[]] => [
  laneOf(first),
  ...others.map(laneOf),
]

function laneOf(session: Session): Lane {
  let current = session
  let opening: Promise<Session> | null = null
  const alive = async () => {
    if (!current.ended) return current
    opening ??= openSession(session.request).finally(() => (opening = null))
    return (current = await opening)
  }
  return {
    run: async (...call) => (await alive()).run(...call),
    outputs: async (...call) => (await alive()).outputs(...call),
    close: () => current.close(),
  }
}
