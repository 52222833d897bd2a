import { get } from 'node:http'
import { onTestFinished } from 'vitest'
import { createEngine, serveBytes } from '#engine/api/index.ts'

/** An engine with its byte server, and the way to ask it as the shell does. */
export async function served() {
  const engine = await createEngine()
  const bytes = await serveBytes(engine.session)
  onTestFinished(async () => {
    await bytes.close()
    await engine.close()
  })
  const ask = (path: string) =>
    new Promise<{ status: number; body: Buffer }>((resolve, reject) => {
      get({ socketPath: bytes.socket, path, headers: { authorization: bytes.token } }, (answer) => {
        const parts: Buffer[] = []
        answer.on('data', (part: Buffer) => parts.push(part))
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: Buffer.concat(parts) }))
      }).on('error', reject)
    })
  return { client: engine.client, ask }
}
