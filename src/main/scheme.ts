import { protocol } from 'electron'
import { askForBytes, type ByteServer } from './byteServer.ts'
import { appOrigin } from './guards.ts'
import { builtPage, servedPage } from './page.ts'

/** Must run before the app is ready. */
export function declareScheme() {
  protocol.registerSchemesAsPrivileged([
    {
      scheme: 'app',
      privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
    },
  ])
}

/** Answers every `app://` request: bytes by the engine, all else by the built page or, in development, by vite. */
export function serveScheme(options: {
  pageFolder: string
  devServer: string | undefined
  byteServer: () => Promise<ByteServer>
}) {
  protocol.handle('app', async (request) => {
    const address = new URL(request.url)
    if (!request.url.startsWith(`${appOrigin}/`)) return new Response(null, { status: 403 })
    if (address.pathname.startsWith('/bytes/')) return askForBytes(options.byteServer, request)
    return options.devServer === undefined
      ? builtPage(options.pageFolder, address.pathname)
      : servedPage(options.devServer, address)
  })
}
