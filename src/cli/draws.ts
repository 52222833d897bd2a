import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { temporaryFolder } from '#engine/base/temporary.ts'
import type { Client } from './client.ts'
import type { CliSession } from './session.ts'

/** Prints the draws of a study piece by piece, because the text may be longer than any string. */
export async function printDraws(client: Client, id: number, { io }: CliSession): Promise<void> {
  const folder = temporaryFolder('draws')
  try {
    const path = join(folder, 'draws.json')
    await client.studies.draws({ id, path })
    for await (const piece of createReadStream(path, 'utf8')) io.out(String(piece))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
