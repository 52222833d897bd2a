import type { ServeOptions } from './engine.ts'

/** `serveEngine` of engine.ts. What only connects with an engine does not load one. */
export const serveEngine = async (options: ServeOptions): Promise<void> =>
  (await import('./engine.ts')).serveEngine(options)
export { placesOf } from './places.ts'
export { runningEngines, type RunningEngine } from './running.ts'
export type { EngineProgram } from './starting.ts'
export { serveStdio } from './stdio.ts'
