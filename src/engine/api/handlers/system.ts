import Database from 'better-sqlite3'
import { access } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import type { Check } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { placeAt } from '../../workspace/index.ts'
import { providerStates } from '../../inference/index.ts'
import type { LogLine } from '../../base/log.ts'
import { onnxruntimeVersion } from '../../base/onnxruntimeVersion.ts'
import { version } from '../../base/version.ts'
import { agreement } from '../system/agreement.ts'
import { diagnostics } from '../system/diagnostics/collect.ts'
import { saveDiagnostics } from '../system/diagnostics/save.ts'
import { checks } from '../system/doctor.ts'
import { api } from '../session/implementation.ts'
import { writeSettings } from '../session/settings.ts'
import { stream } from '../session/stream.ts'

const sqliteVersion = () => {
  const db = new Database(':memory:')
  try {
    return z.string().parse(db.prepare('SELECT sqlite_version()').pluck().get())
  } finally {
    db.close()
  }
}

export const system = {
  version: api.system.version.handler(() => ({
    kernelscope: version,
    node: process.versions.node,
    onnxruntime: onnxruntimeVersion,
    sqlite: sqliteVersion(),
  })),
  doctor: api.system.doctor.handler(
    ({ context }): { checks: Check[]; providers: ReturnType<typeof providerStates> } => ({
      checks: checks(
        context.session.opened?.workspace.place ?? null,
        sqliteVersion(),
        context.session.log,
        context.session.electron,
      ),
      providers: providerStates(),
    }),
  ),
  settings: api.system.settings.handler(({ context }) => context.session.settings()),
  updateSettings: api.system.updateSettings.handler(({ input, context }) => {
    const { provider } = input
    if (provider && provider !== 'auto') {
      const state = providerStates().find(({ name }) => name === provider)
      if (!state?.available)
        throw new KernelscopeError(
          'PROVIDER_UNAVAILABLE',
          `the provider ${provider} is not available: ${state?.reason ?? 'unknown'}`,
        )
    }
    writeSettings(context.session.db, input)
    return context.session.settings()
  }),
  place: api.system.place.handler(({ input }) => ({ is: placeAt(resolve(input.path)) })),
  present: api.system.present.handler(async ({ input }) => ({
    present: await Promise.all(
      input.paths.map((path) =>
        access(path).then(
          () => true,
          () => false,
        ),
      ),
    ),
  })),
  diagnostics: api.system.diagnostics.handler(({ input, context }) =>
    diagnostics(context.session, sqliteVersion(), input),
  ),
  saveDiagnostics: api.system.saveDiagnostics.handler(({ input, context }) =>
    saveDiagnostics(input.path, diagnostics(context.session, sqliteVersion(), input)),
  ),
  agreement: api.system.agreement.handler(({ input, context }) => agreement(context.session, input)),
  log: api.system.log.handler(async function* ({ context, signal }) {
    const { log } = context.session
    const begin = (push: (line: LogLine) => void) => {
      for (const line of log.lines()) push(line)
      return log.onLine(push)
    }
    yield* stream(begin, signal)
  }),
}
