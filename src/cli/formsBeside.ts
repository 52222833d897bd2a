import type { Client } from './client.ts'

/** Says which other forms of their networks the given folders hold, a line each; empty where they hold none. */
export async function formsBeside(client: Client, paths: readonly string[]): Promise<string> {
  const { items } = await client.intake.look({ paths: [...paths] })
  return items
    .flatMap((item) =>
      item.kind === 'model' && item.another ? [`also there, not added: ${item.name} (${item.path})\n`] : [],
    )
    .join('')
}
