import { expect, it } from 'vitest'
import { farAddressOf, farHost, parseFarAddress } from '#shared/farAddress.ts'

it.each([
  ['ssh://lab', { user: null, host: 'lab', port: null, path: null }],
  ['ssh://lab/', { user: null, host: 'lab', port: null, path: null }],
  [
    ' ssh://me@lab.example.org:2222/data/my ws ',
    { user: 'me', host: 'lab.example.org', port: 2222, path: '/data/my ws' },
  ],
  ['ssh://lab/~/ws', { user: null, host: 'lab', port: null, path: '~/ws' }],
  ['ssh://[::1]:22/x', { user: null, host: '::1', port: 22, path: '/x' }],
  ['ssh://lab/ü@:/%20', { user: null, host: 'lab', port: null, path: '/ü@:/%20' }],
])('reads %j', (text, address) => {
  expect(parseFarAddress(text)).toEqual(address)
})

it.each([
  'lab:/data',
  'ssh://',
  'ssh:///data',
  'ssh://-oProxyCommand=touch/x',
  'ssh://-l@lab/x',
  'ssh://me@-oProxyCommand=x/x',
  'ssh://a b/x',
  'ssh://lab;reboot/x',
  'ssh://$(reboot)/x',
  'ssh://`reboot`/x',
  'ssh://me;x@lab/x',
  'ssh://me@you@lab/x',
  'ssh://lab:0/x',
  'ssh://lab:99999/x',
  'ssh://lab:22x/x',
  'ssh://[-o]/x',
  'ssh://lab\n/x',
  'ssh://lab/x\ny',
  'ssh://lab/\u0000',
])('refuses %j', (text) => {
  expect(() => parseFarAddress(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
})

it('writes what it reads', () => {
  for (const text of ['ssh://lab', 'ssh://me@lab:2222/data/ws', 'ssh://[::1]:22/x', 'ssh://lab/~/ws']) {
    const address = parseFarAddress(text)
    expect(farAddressOf(farHost(address), address.path)).toBe(text)
  }
})
