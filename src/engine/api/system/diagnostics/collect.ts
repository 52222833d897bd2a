import { arch, cpus, loadavg, platform, release, totalmem } from 'node:os'
import type { DiagnosticsFile, DiagnosticsInput } from '#shared/contract/index.ts'
import { providerStates } from '../../../inference/index.ts'
import { onnxruntimeVersion } from '../../../base/onnxruntimeVersion.ts'
import { listJobs } from '../../../jobs/index.ts'
import { readCrashes } from '../../../base/crashFile.ts'
import { logText, type Log } from '../../../base/log.ts'
import { version } from '../../../base/version.ts'
import { checks } from '../doctor.ts'
import type { EngineSession } from '../../session/session.ts'
import { personalNames, redacted } from './redact.ts'
import { workspaceReport } from './workspace.ts'

const json = (value: unknown) => `${JSON.stringify(value, null, 2)}\n`
const keptJobs = 500
const keptCrashes = 3
/** Bytes of the log on disk. */
const logTail = 2 ** 18

/** Collects what a bug report needs. Changes nothing and sends nothing; with `redact`, personal names are replaced. */
export function diagnostics(
  session: EngineSession,
  sqlite: string,
  { redact, page }: DiagnosticsInput,
): DiagnosticsFile[] {
  const workspace = session.opened?.workspace ?? null
  const files: DiagnosticsFile[] = [
    {
      name: 'versions.json',
      title: 'Versions',
      text: json({
        kernelscope: version,
        ...process.versions,
        onnxruntime: onnxruntimeVersion,
        sqlite,
        page,
      }),
    },
    {
      name: 'machine.json',
      title: 'Machine and doctor',
      text: json({
        system: `${platform()} ${release()} ${arch()}`,
        processor: cpus()[0]?.model,
        cores: cpus().length,
        memory: totalmem(),
        load: loadavg(),
        engine: { memory: process.memoryUsage(), uptime: process.uptime() },
        checks: checks(workspace?.path ?? null, sqlite, session.log, session.electron),
        providers: providerStates(),
      }),
    },
    { name: 'settings.json', title: 'Settings', text: json(session.settings()) },
    { name: 'log.txt', title: 'Engine log', text: logOf(session.log) },
    ...readCrashes(session.log, keptCrashes).map((crash) => ({ ...crash, title: 'Crash file' })),
    ...(workspace
      ? [
          { name: 'workspace.json', title: 'Check of the workspace', text: json(workspaceReport(workspace)) },
          {
            name: 'jobs.json',
            title: 'Jobs and their errors',
            text: json(listJobs(workspace.db, keptJobs)),
          },
        ]
      : []),
  ]
  const names = personalNames()
  const kept = redact ? files.map((file) => ({ ...file, text: redacted(file.text, names) })) : files
  return [{ name: 'README.txt', title: 'What is in it', text: readme(kept, redact) }, ...kept]
}

/** The log on disk reaches back beyond the last start; the one in memory does not. */
const logOf = (log: Log): string => log.file?.tail(logTail) || log.lines().map(logText).join('')

const readme = (files: readonly DiagnosticsFile[], redact: boolean) =>
  [
    'Diagnostics of Kernelscope. They were saved on this machine and sent nowhere.',
    'No images, no weights, no predictions.',
    redact ? 'Names of the home folder, the user and the machine were left out.' : '',
    '',
    ...files.map(({ name, title, text }) => `${name}: ${title}, ${Buffer.byteLength(text)} bytes`),
    '',
  ].join('\n')
