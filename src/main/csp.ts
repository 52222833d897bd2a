/**
 * The content security policy of the page: it may load only its own files. Nuxt UI and ECharts set inline styles. In
 * development the reload socket of vite is allowed too; nothing else is.
 */
export function contentSecurityPolicy(devServer?: string) {
  const socket = devServer === undefined ? '' : ` ${devServer.replace(/^http/, 'ws')}`
  return [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self' 'unsafe-inline'`,
    `img-src 'self' blob: data:`,
    `font-src 'self'`,
    `connect-src 'self'${socket}`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; ')
}

/** What anything but the page may do where it is opened as a document, e.g. an SVG: be looked at. */
const inert = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"

/**
 * Completes the headers of an answer of the `app:` scheme: its type is not guessed, no other origin may use it, and what
 * has no policy of its own can run nothing.
 */
export function guarded(answer: Response): Response {
  const headers = new Headers(answer.headers)
  headers.set('x-content-type-options', 'nosniff')
  headers.set('cross-origin-resource-policy', 'same-origin')
  if (!headers.has('content-security-policy')) headers.set('content-security-policy', inert)
  return new Response(answer.body, { status: answer.status, statusText: answer.statusText, headers })
}
