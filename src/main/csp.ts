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
