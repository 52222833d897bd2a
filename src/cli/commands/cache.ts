import { Option, type Command } from 'commander'
import { cachePart, type CachePart } from '#shared/contract/index.ts'
import { KernelscopeError } from '#shared/errors.ts'
import { collect } from '../flags.ts'
import { formatBytes, formatTable } from '../format.ts'
import type { CliSession, GlobalOptions } from '../session.ts'

interface CacheFlags extends GlobalOptions {
  empty?: string[]
  trim?: boolean
}

/** Adds `workspace cache`: what a workspace keeps on disk, and how to free space. */
export function addCacheCommand(workspace: Command, session: CliSession): void {
  workspace
    .command('cache')
    .description('what it keeps on disk besides its lists, and how to free space')
    .addOption(
      new Option(
        '--empty <part>',
        'empty a part that can be made again: thumbnails, graphs, maps, archives or lists; several by repeating it',
      ).argParser(collect),
    )
    .option('--trim', 'remove the oldest data that can be made again, down to the limit of the settings')
    .action(async (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<CacheFlags>()
      const client = await session.openWorkspace(options)
      const parts = options.empty?.map(partOf)
      if (!parts && !options.trim) {
        const cache = await client.workspace.cache()
        return session.print(options, { cache }, () => cacheTable(cache))
      }
      const trimmed = await client.workspace.trim(parts ? { parts } : {})
      session.print(
        options,
        trimmed,
        () => `${formatBytes(trimmed.bytes)} freed\n\n${cacheTable(trimmed.cache)}`,
      )
    })
}

const cacheTable = (cache: readonly CachePart[]) =>
  formatTable(
    [{ title: 'Part' }, { title: 'What' }, { title: 'Items', right: true }, { title: 'Size', right: true }],
    cache.map(({ id, title, items, bytes }) => [id, title, String(items), formatBytes(bytes)]),
  )

function partOf(name: string): CachePart['id'] {
  const found = cachePart.shape.id.safeParse(name)
  if (found.success) return found.data
  throw new KernelscopeError('USAGE', `there is no part ${name} to empty`, {
    hint: `The parts are ${cachePart.shape.id.options.join(', ')}.`,
  })
}
