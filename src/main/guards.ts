import type { Session, WebContents } from 'electron'

/** The scheme of page and bytes, and the one origin that is trusted. */
export const appOrigin = 'app://kernelscope'

const local = new Set(['app:', 'blob:', 'data:', 'devtools:'])

/** In development the page's modules come through `app:` too; only the reload socket of vite is spoken to directly. */
const isDevSocket = (url: URL, devServer: string | undefined) =>
  devServer !== undefined && url.protocol === 'ws:' && url.host === new URL(devServer).host

/** Nothing leaves the machine: every request that is not ours is cancelled before it starts, whoever makes it. */
export function refuseNetwork(session: Session, devServer: string | undefined) {
  session.webRequest.onBeforeRequest((details, answer) => {
    const url = new URL(details.url)
    answer({ cancel: !local.has(url.protocol) && !isDevSocket(url, devServer) })
  })
}

/** Camera, location, notifications by the page, USB and so on: none is needed. */
export function refusePermissions(session: Session) {
  session.setPermissionRequestHandler((_contents, permission, answer) => {
    answer(permission === 'clipboard-sanitized-write')
  })
  session.setPermissionCheckHandler((_contents, permission) => permission === 'clipboard-sanitized-write')
  session.setDevicePermissionHandler(() => false)
}

/** The page stays where it is, opens no windows and embeds nothing. */
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
