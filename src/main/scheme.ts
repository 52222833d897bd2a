import { protocol, session } from 'electron'
import { guarded } from './csp.ts'
import { askForBytes, type ByteServer } from './byteServer.ts'
import { appOrigin } from './guards.ts'
import { builtPage, servedPage } from './page.ts'
import { WaitingBytes } from './waitingBytes.ts'

/** Declares the `app:` scheme. Must run before the app is ready. */
export function declareScheme() {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
    },
  ])
}

/**
 * Answers every `app://` request: the engine answers requests for bytes; the built page, or vite in development,
 * answers the others.
 */
export function serveScheme(options: {
  pageFolder: string
  devServer: string | undefined
  byteServer: () => Promise<ByteServer>
}) {
  const waiting = new WaitingBytes()
  const bytes = (request: Request) =>
    request.method === 'GET'
      ? waiting.during(request.url, (signal) =>
          askForBytes(options.byteServer, new Request(request.url, { signal })),
        )
      : askForBytes(options.byteServer, request)
  session.defaultSession.webRequest.onErrorOccurred({ urls: [`${appOrigin}/bytes/*`] }, ({ url }) =>
    waiting.givenUp(url),
  )
  const answer = (request: Request): Promise<Response> | Response => {
    const address = new URL(request.url)
    if (!request.url.startsWith(`${appOrigin}/`)) return new Response(null, { status: 403 })
    if (address.pathname.startsWith('/bytes/')) return bytes(request)
    return options.devServer === undefined
      ? builtPage(options.pageFolder, address.pathname)
      : servedPage(options.devServer, address)
  }
  protocol.handle('app', async (request) => guarded(await answer(request)))
}
