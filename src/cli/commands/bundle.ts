import { resolve } from 'node:path'
import type { Command } from 'commander'
import type { OpenedBundle } from '#shared/contract/index.ts'
import { paperSection } from '#shared/paperSection.ts'
import type { Client } from '../client.ts'
import { printFiles } from '../figureFlags.ts'
import { collect, integerOf, numberOf } from '../flags.ts'
import { followWork } from '../followWork.ts'
import { formatBytes, formatCount, formatDataTable, formatPairs } from '../format.ts'
import { namedStudy } from '../named.ts'
import type { CliSession, GlobalOptions } from '../session.ts'
import { describeVerdict, verdictExit } from '../verdict.ts'

interface MakeFlags extends GlobalOptions {
  out?: string
}

interface VerifyFlags extends GlobalOptions {
  sample: number
  seed: number
  tolerance: number
  folder?: string[]
  allowedSigners?: string
  signature?: string
  certificate?: string
}

/** Adds `bundle make`, `bundle open`, `bundle sign` and `bundle verify`. */
export function addBundleCommands(program: Command, session: CliSession, fail: (exit: number) => void): void {
  const bundle = program.command('bundle').description('a study as one zip that others can open and check')

  bundle
    .command('make')
    .description('write a study with everything that its numbers depend on')
    .argument('<study>', 'id or title')
    .option('--out <file>', 'the zip; in the exports of the workspace when left out')
    .action(async (name: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<MakeFlags>()
      const client = await session.openWorkspace(options)
      const study = await namedStudy(client, name, session)
      const path = options.out === undefined ? {} : { path: resolve(session.io.cwd, options.out) }
      const { files } = await followWork(
        session,
        options,
        (how) => client.bundles.make({ studyId: study.id, ...path }, how),
        'Nothing was written.',
      )
      printFiles(session, options, files)
    })

  bundle
    .command('open')
    .description('check a bundle and show what is in it; nothing enters the workspace')
    .argument('<file>', 'the zip')
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions>()
      const client = await maybeWorkspace(session, options)
      const opened = await client.bundles.open({ path: resolve(session.io.cwd, file) })
      session.print(options, opened, () => describe(opened))
    })

  bundle
    .command('sign')
    .description('sign a bundle with your SSH key; ssh-keygen asks for its passphrase')
    .argument('<file>', 'the zip; the signature is written beside it, as FILE.sig')
    .requiredOption(
      '--key <file>',
      'a private key, or a public one whose private key an agent holds, or its fingerprint',
    )
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<GlobalOptions & { key: string }>()
      const client = await session.client()
      const { files } = await client.bundles.sign({
        path: resolve(session.io.cwd, file),
        key: /^SHA256:/.test(options.key) ? options.key : resolve(session.io.cwd, options.key),
        asks: true,
      })
      printFiles(session, options, files)
    })

  bundle
    .command('verify')
    .description(
      'derive everything in it from its facts, compute a sample of these again, and say what agrees',
    )
    .argument('<file>', 'the zip')
    .option(
      '--sample <n>',
      'number of facts, and of measured vectors, that are computed again',
      integerOf('--sample', 1),
      64,
    )
    .option('--seed <n>', 'decides which', integerOf('--seed', 0), 0)
    .option(
      '--tolerance <p>',
      'largest difference that still agrees: of a probability, or of a measured number over the largest of its vector or table column',
      numberOf('--tolerance'),
      0.001,
    )
    .option(
      '--folder <dir>',
      'where models and images are, besides the workspace; may be given several times',
      collect,
    )
    .option('--signers, --allowed-signers <file>', 'allowed signers of SSH, one of whom must have signed it')
    .option('--signature <file>', 'the signature; FILE.sig when left out')
    .option('--certificate <file>', 'write what was checked, and how, as a page for reviewers')
    .action(async (file: string, _: unknown, command: Command) => {
      const options = command.optsWithGlobals<VerifyFlags>()
      const client = await maybeWorkspace(session, options)
      const {
        sample,
        seed,
        tolerance,
        folder = [],
        allowedSigners: signers,
        signature,
        certificate,
      } = options
      const asked = {
        path: resolve(session.io.cwd, file),
        sample,
        seed,
        tolerance,
        folders: folder.map((path) => resolve(session.io.cwd, path)),
        ...(signers === undefined ? {} : { signers: resolve(session.io.cwd, signers), mustBeSigned: true }),
        ...(signature === undefined ? {} : { signature: resolve(session.io.cwd, signature) }),
        ...(certificate === undefined ? {} : { certificate: resolve(session.io.cwd, certificate) }),
      }
      const verdict = await followWork(
        session,
        options,
        (how) => client.bundles.verify(asked, how),
        'Nothing is said of the bundle.',
      )
      session.print(options, verdict, () => describeVerdict(verdict))
      const exit = verdictExit(verdict)
      if (exit !== 0) fail(exit)
    })
}

/** Opens the workspace if one is named; a bundle can be shown without. */
function maybeWorkspace(session: CliSession, options: GlobalOptions): Promise<Client> {
  try {
    session.workspacePath(options)
  } catch {
    return session.client()
  }
  return session.openWorkspace(options)
}

function describe({
  study,
  dataset,
  models,
  runtimes,
  counts,
  tables,
  figures,
  kernelscope,
  signature,
}: OpenedBundle): string {
  const facts = formatPairs([
    ['Study', `${study.title} (${study.kind}, ${paperSection(study.section)})`],
    [
      'Complete',
      study.complete ? 'yes' : study.state === 'failures' ? 'no: some images could not be measured' : 'no',
    ],
    ['Images', dataset ? `${formatCount(counts.images)} of ${dataset.title}` : 'none'],
    ...models.map(
      ({ title, file, bytes, digest, here }) =>
        [
          'Model',
          `${title} (${file}, ${formatBytes(bytes)}, sha256 ${digest.slice(0, 12)}${here ? ', at hand' : ''})`,
        ] as const,
    ),
    ['Facts', `${formatCount(counts.facts)} under ${formatCount(counts.conditions)} conditions`],
    ['Runtime', runtimes.join('; ') || '–'],
    ['Made with', `Kernelscope ${kernelscope}`],
    ['Signature', signature.detail],
    ['Figures', figures.map(({ id }) => id).join(', ') || '–'],
  ])
  return [facts, ...tables.map((table) => `${table.title}\n${formatDataTable(table)}`)].join('\n')
}
