import { mkdtempSync, mkdirSync, writeFileSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { guarded } from '../../src/main/csp.ts'
import { builtPage, fileInside } from '../../src/main/page.ts'

const root = mkdtempSync(path.join(os.tmpdir(), 'page-'))
const folder = path.join(root, 'renderer')
mkdirSync(path.join(folder, 'assets'), { recursive: true })
writeFileSync(path.join(folder, 'index.html'), '<!doctype html>page')
writeFileSync(path.join(folder, 'assets/app.js'), 'export {}')
writeFileSync(
  path.join(folder, 'picture.svg'),
  '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>',
)
writeFileSync(path.join(folder, 'notes.key'), 'private')
writeFileSync(path.join(root, 'secret.html'), 'secret')
mkdirSync(`${folder}-other`)
writeFileSync(path.join(`${folder}-other`, 'x.html'), 'sibling')

describe('the built page', () => {
  it('is served with a policy that allows only its own content', async () => {
    const page = await builtPage(folder, '/')
    expect(await page.text()).toContain('page')
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
    const policy = page.headers.get('content-security-policy') ?? ''
    expect(policy).toContain(`default-src 'none'`)
    expect(policy).not.toMatch(/unsafe-eval|https?:|script-src[^;]*unsafe/)
  })

  it('serves modules as JavaScript', async () => {
    const script = await builtPage(folder, '/assets/app.js')
    expect(script.headers.get('content-type')).toBe('text/javascript; charset=utf-8')
  })

  it.each([
    '/../secret.html',
    '/..%2fsecret.html',
    '/%2e%2e/secret.html',
    '/assets/../../secret.html',
    '/..%5csecret.html',
    '/../renderer-other/x.html',
    '//etc/passwd.html',
    '/%00index.html',
    '/%E0%A4%A',
    '/nothing.html',
    '/notes.key',
    '/assets',
  ])('refuses %s', async (pathname) => {
    expect((await builtPage(folder, pathname)).status).toBe(404)
  })

  it('may do nothing where a part is opened by itself, found or not', async () => {
    for (const pathname of ['/assets/app.js', '/picture.svg', '/nothing.html']) {
      const { headers } = guarded(await builtPage(folder, pathname))
      expect(headers.get('content-security-policy')).toMatch(/default-src 'none'.*sandbox/)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
    }
    const { headers } = guarded(await builtPage(folder, '/'))
    expect(headers.get('content-security-policy')).toContain("script-src 'self'")
  })

  it('never resolves to a file outside its folder', () => {
    expect(fileInside(folder, '/assets/app.js')).toBe(path.join(folder, 'assets/app.js'))
    expect(fileInside(folder, '/..%2fsecret.html')).toBeNull()
    expect(fileInside(folder, '/../renderer-other/x.html')).toBeNull()
  })
})
