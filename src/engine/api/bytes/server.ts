import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { join } from 'node:path'
import { z } from 'zod'
import type { KernelForm } from '#shared/contract/index.ts'
import { KernelscopeError, toErrorShape, type ErrorCode } from '#shared/errors.ts'
import { parseStimulus, pixelTransform, type Stimulus } from '#shared/stimulus.ts'
import { locateImage } from '../../datasets/index.ts'
import { getComposition } from '../../figures/index.ts'
import { usableModel } from '../../models/index.ts'
import { onGraphThread } from '../../onnx/index.ts'
import { conditionTransform } from '../../facts/index.ts'
import { drawsOfTransform, recipeFor } from '../../studies/index.ts'
import { temporaryFolder } from '../../base/temporary.ts'
import { film, transformedPicture } from '../handlers/gallery.ts'
import { mapBytes } from './mapBytes.ts'
import { withData } from './panels.ts'
import { perturbedPicture } from './perturbed.ts'
import type { EngineSession } from '../session/session.ts'
import { thumbnail } from '../session/thumbnails.ts'

/** Bulk bytes and pictures for `app://…/bytes/…`, over a unix socket or named pipe that only this user can open. */
export interface ByteServer {
  readonly socket: string
  /** Every request must carry it as `authorization`. */
  readonly token: string
  close(): Promise<void>
}

export interface Answer {
  type: string
  bytes: Uint8Array
  headers?: Record<string, string>
}

export async function serveBytes(session: EngineSession): Promise<ByteServer> {
  const token = randomBytes(32).toString('hex')
  const folder = temporaryFolder('bytes')
  const socket =
    process.platform === 'win32'
      ? `\\\\.\\pipe\\kernelscope-${randomBytes(8).toString('hex')}`
      : join(folder, 'bytes')
  const server = createServer((request, response) => {
    if (request.headers.authorization !== token) {
      response.writeHead(403).end()
      return
    }
    void answer(session, request, response)
  })
  server.listen(socket)
  await once(server, 'listening')
  return {
    socket,
    token,
    async close() {
      server.closeAllConnections()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      rmSync(folder, { recursive: true, force: true })
    },
  }
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

async function answer(
  session: EngineSession,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  // A picture that was scrolled past before its turn came is not made.
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  try {
    const url = new URL(request.url ?? '', 'app://kernelscope')
    const { type, bytes, headers } = await route(session, url, gone.signal)
    response
      .writeHead(200, {
        'content-type': type,
        'content-length': bytes.byteLength,
        'cache-control': 'no-store',
        ...headers,
      })
      .end(bytes)
  } catch (error) {
    const shape = toErrorShape(error)
    response
      .writeHead(statusOf[shape.code] ?? 500, { 'content-type': 'application/json' })
      .end(JSON.stringify(shape))
  }
}

const rowId = z.coerce.number().int().positive()

function numberOf(text: string | null | undefined, name: string): number {
  const parsed = rowId.safeParse(text)
  if (!parsed.success) throw new KernelscopeError('USAGE', `invalid ${name}: ${text}`)
  return parsed.data
}

async function route(session: EngineSession, url: URL, signal: AbortSignal): Promise<Answer> {
  const [, bytes, kind, first, second] = url.pathname.split('/')
  if (bytes !== 'bytes') throw new KernelscopeError('USAGE', `no such address: ${url.pathname}`)
  switch (kind) {
    case 'thumbnail': {
      const size = url.searchParams.get('size') === '96' ? 96 : 192
      return {
        type: 'image/webp',
        bytes: await thumbnail(session.thumbnailRoom(), numberOf(first, 'image'), size),
      }
    }
    case 'image': {
      const { workspace } = session.open()
      return session.pool.browserPicture(locateImage(workspace.db, numberOf(first, 'image')).path)
    }
    case 'input': {
      const condition = url.searchParams.get('condition')
      const transform = url.searchParams.get('transform')
      return input(
        session,
        numberOf(first, 'image'),
        numberOf(url.searchParams.get('model'), 'model'),
        condition === null ? null : numberOf(condition, 'condition'),
        transform === null ? null : parseStimulus(transform),
      )
    }
    case 'perturbed':
      return perturbedPicture(session, numberOf(first, 'image'), url.searchParams)
    case 'transformed':
      return transformedPicture(session, first ?? '', url.searchParams, signal)
    case 'film':
      return film(session, first ?? '', url.searchParams, signal)
    case 'composition':
      return preview(session, numberOf(first, 'figure'))
    case 'kernels':
      return kernels(
        session,
        numberOf(first, 'model'),
        z.coerce.number().int().min(0).parse(second),
        url.searchParams.get('form') === 'merged' ? 'merged' : 'raw',
      )
    case 'attention':
    case 'saliency':
    case 'receptive-field':
    case 'shown':
      return mapBytes(session, kind, first ?? '', url.searchParams)
    default:
      throw new KernelscopeError('USAGE', `no such address: ${url.pathname}`)
  }
}

async function input(
  session: EngineSession,
  imageId: number,
  modelId: number,
  conditionId: number | null,
  stimulus: Stimulus | null,
): Promise<Answer> {
  const { workspace } = session.open()
  const { image, path, digest } = locateImage(workspace.db, imageId)
  const model = usableModel(workspace.db, modelId)
  const stored = conditionId === null ? null : conditionTransform(workspace.db, conditionId)
  const chosen = pixelTransform(stimulus ?? stored ?? { op: 'identity' })
  const imageKey = digest?.toString('hex') ?? ''
  const { className } = image
  const draws = await drawsOfTransform(workspace, chosen, { digest: imageKey, className })
  const bytes = await session.pool.input({
    path,
    imageKey,
    preprocessing: recipeFor(workspace.db, image.datasetId, model),
    transform: chosen,
    draws,
  })
  return { type: 'image/png', bytes }
}

/** A composed figure as it is exported, its text as outlines so that it looks the same without any font. */
async function preview(session: EngineSession, id: number): Promise<Answer> {
  const { workspace } = session.open()
  const { composition } = await withData(workspace, getComposition(workspace.db, id).composition)
  const subject = { kind: 'composed', composition } as const
  const bytes = await session.press.draw({ subject, format: 'svg', dpi: 72, text: 'outlines' })
  return { type: 'image/svg+xml', bytes }
}

async function kernels(
  session: EngineSession,
  modelId: number,
  layerIndex: number,
  form: KernelForm,
): Promise<Answer> {
  const model = usableModel(session.open().workspace.db, modelId)
  const { channels, kernel, weights } = await onGraphThread({
    kind: 'kernelSheet',
    path: model.path,
    layer: layerIndex,
    form,
  })
  return {
    type: 'application/octet-stream',
    bytes: new Uint8Array(weights.buffer, weights.byteOffset, weights.byteLength),
    headers: { 'x-shape': `${channels},${kernel},${kernel}` },
  }
}
