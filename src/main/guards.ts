import type { Session, WebContents } from 'electron'

/** The scheme of the page and its bytes, and the only trusted origin. */
export const appOrigin = 'app://kernelscope'

const local = new Set(['app:', 'blob:', 'data:', 'devtools:'])

/** In development the page's modules also come through `app:`. Only vite's reload socket is contacted directly. */
const isDevSocket = (url: URL, devServer: string | undefined) =>
  devServer !== undefined && url.protocol === 'ws:' && url.host === new URL(devServer).host

/** Cancels every request to anything but the app itself before it starts, so that nothing leaves the machine. */
function refuseNetwork(session: Session, devServer: string | undefined) {
  session.webRequest.onBeforeRequest((details, answer) => {
    const url = new URL(details.url)
    answer({ cancel: !local.has(url.protocol) && !isDevSocket(url, devServer) })
  })
}

/** Refuses all permissions (camera, location, notifications by the page, USB and so on): the app needs none. */
function refusePermissions(session: Session) {
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(permission === 'clipboard-sanitized-write')
  })
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write')
  session.setDevicePermissionHandler(() => false)
}

/** Guards a session. Every session of the app is, whoever makes it. */
export function guardSession(session: Session, devServer: string | undefined) {
  refuseNetwork(session, devServer)
  refusePermissions(session)
  session.on('will-download', (event, item) => {
    if (!item.getURL().startsWith(`blob:${appOrigin}/`)) event.preventDefault()
  })
}

/** Whether an address is the page's own, with any place inside it. Bytes and parts of the page are not. */
export function isPage(address: string): boolean {
  const [document = ''] = address.split(/[?#]/)
  return document === `${appOrigin}/` || document === `${appOrigin}/index.html`
}

/**
 * Keeps the page at its address and refuses new windows and embedded pages. `about:blank` cannot be refused before it is
 * there (Electron asks for no such address), so the page is loaded again.
 */
export function refuseNavigation(contents: WebContents) {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  const refuse = (event: { url: string; preventDefault: () => void }) => {
    if (!isPage(event.url)) event.preventDefault()
  }
  contents.on('will-navigate', refuse)
  contents.on('will-redirect', refuse)
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault()
  })
  contents.on('did-navigate', (_event, address) => {
    if (!isPage(address) && !isTools(address)) void contents.loadURL(`${appOrigin}/`)
  })
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
}

/** The developer tools are a page of their own. */
const isTools = (address: string) => address.startsWith('devtools:')
