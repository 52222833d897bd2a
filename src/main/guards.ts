import type { Session, WebContents } from 'electron'

/** The scheme of the page and its bytes, and the only trusted origin. */
export const appOrigin = 'app://kernelscope'

const local = new Set(['app:', 'blob:', 'data:', 'devtools:'])

/** In development the page's modules also come through `app:`. Only vite's reload socket is contacted directly. */
const isDevSocket = (url: URL, devServer: string | undefined) =>
  devServer !== undefined && url.protocol === 'ws:' && url.host === new URL(devServer).host

/** Cancels every request to anything but the app itself before it starts, so that nothing leaves the machine. */
export function refuseNetwork(session: Session, devServer: string | undefined) {
  session.webRequest.onBeforeRequest((details, answer) => {
    const url = new URL(details.url)
    answer({ cancel: !local.has(url.protocol) && !isDevSocket(url, devServer) })
  })
}

/** Refuses all permissions (camera, location, notifications by the page, USB and so on): the app needs none. */
export function refusePermissions(session: Session) {
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(permission === 'clipboard-sanitized-write')
  })
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write')
  session.setDevicePermissionHandler(() => false)
}

/** Keeps the page at its address and refuses new windows and embedded pages. */
export function refuseNavigation(contents: WebContents) {
  contents.setWindowOpenHandler(() => ({ action: 'deny' }))
  contents.on('will-attach-webview', (event) => event.preventDefault())
  contents.on('will-navigate', (event) => {
    if (!event.url.startsWith(`${appOrigin}/`)) event.preventDefault()
  })
  contents.on('will-frame-navigate', (event) => {
    if (!event.isMainFrame) event.preventDefault()
  })
  contents.setWebRTCIPHandlingPolicy('disable_non_proxied_udp')
}
