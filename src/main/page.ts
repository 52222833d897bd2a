import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { contentSecurityPolicy } from './csp.ts'

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
  '.ttf': 'font/ttf',
}

const notFound = () => new Response('not found', { status: 404 })

/** The file inside `folder` that an address path names; null where the path would leave the folder. */
export function fileInside(folder: string, pathname: string): string | null {
  let name: string
  try {
    name = decodeURIComponent(pathname)
  } catch {
    return null
  }
  if (name.includes('\0') || name.includes('\\')) return null
  const file = path.resolve(folder, `./${name === '/' ? '/index.html' : name}`)
  return file.startsWith(folder + path.sep) ? file : null
}

/** Serves the page and its parts from the built renderer. Only files of known types are served. */
export async function builtPage(folder: string, pathname: string): Promise<Response> {
  const file = fileInside(folder, pathname)
  const type = file === null ? undefined : types[path.extname(file).toLowerCase()]
  if (file === null || type === undefined) return notFound()
  try {
    return new Response(new Uint8Array(await readFile(file)), {
      headers: {
        'content-type': type,
        // Only the document has the page's policy. A part that were opened by itself can do nothing.
        ...(type === types['.html'] ? { 'content-security-policy': contentSecurityPolicy() } : {}),
      },
    })
  } catch {
    return notFound()
  }
}

/** Serves the page from the vite server of `npm run dev`. */
export async function servedPage(devServer: string, address: URL): Promise<Response> {
  const answer = await fetch(devServer + address.pathname + address.search)
  const headers = new Headers(answer.headers)
  headers.set('content-security-policy', contentSecurityPolicy(devServer))
  headers.delete('content-encoding')
  return new Response(answer.body, { status: answer.status, headers })
}
