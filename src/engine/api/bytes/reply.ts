import { toErrorShape, type ErrorCode } from '#shared/errors.ts'
import type { EngineSession } from '../session/session.ts'
import { answerTo } from './routes.ts'

/** A response as HTTP has it. */
export interface Reply {
  status: number
  headers: Record<string, string>
  bytes: Uint8Array
}

const statusOf: Partial<Record<ErrorCode, number>> = {
  IMAGE_NOT_FOUND: 404,
  MODEL_NOT_FOUND: 404,
  FIGURE_NOT_FOUND: 404,
  MAP_EXPIRED: 404,
  FILE_MISSING: 404,
  USAGE: 400,
  WORKSPACE_CLOSED: 409,
  IMAGE_UNREADABLE: 422,
  IMAGE_TOO_LARGE: 422,
}

/**
 * Answers an address below `/bytes/`, with its query. An error becomes a status, and its shape as JSON.
 *
 * @param signal ends the making of what is not wanted any more
 */
export async function reply(session: EngineSession, address: string, signal: AbortSignal): Promise<Reply> {
  try {
    const { type, bytes, headers } = await answerTo(session, new URL(address, 'app://kernelscope'), signal)
    return {
      status: 200,
      headers: {
        'content-type': type,
        'content-length': String(bytes.byteLength),
        'cache-control': 'no-store',
        ...headers,
      },
      bytes,
    }
  } catch (error) {
    const shape = toErrorShape(error)
    return {
      status: statusOf[shape.code] ?? 500,
      headers: { 'content-type': 'application/json' },
      bytes: new TextEncoder().encode(JSON.stringify(shape)),
    }
  }
}
