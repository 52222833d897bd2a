/**
 * What the page may load: itself. Styles are set inline by Nuxt UI and ECharts; nothing else is let through, and in
 * development only the reload socket of vite comes on top.
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
