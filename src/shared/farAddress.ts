import { KernelscopeError } from './errors.ts'

/** A workspace on another machine: `ssh://[user@]host[:port][/path]`. */
export interface FarAddress {
  user: string | null
  /** A name of the user's ssh configuration, a host name, or an IP address (IPv6 without its brackets). */
  host: string
  port: number | null
  /** The workspace's folder there: absolute, or `~/…` in the home folder; null for the machine alone. */
  path: string | null
}

const scheme = 'ssh://'
const form = /^ssh:\/\/(?:([^@/]*)@)?(\[[^\]/]*\]|[^:/@]*)(?::(\d{1,5}))?(\/.*)?$/s
// A name with a dash in front would be an option of ssh.
const userForm = /^[\w.][\w.+-]{0,100}$/
const hostForm = /^(?:\w[\w.-]{0,250}|\[[0-9a-fA-F:.]{2,45}\])$/

/** Whether a text names another machine rather than a path here. */
export const isFarAddress = (text: string): boolean => text.startsWith(scheme)

/**
 * Reads an address. What follows the host is taken as it is, blanks too; nothing is unescaped.
 *
 * @throws USAGE where it is none, or a part could be something else to ssh or a shell
 */
export function parseFarAddress(text: string): FarAddress {
  const [, user, bracketed = '', port, rest = ''] = form.exec(text.trim()) ?? []
  const number = port === undefined ? null : Number(port)
  if (user !== undefined && !userForm.test(user)) throw refused(`not the name of a user: ${user}`)
  if (!hostForm.test(bracketed)) throw refused(`not the name of a machine: ${bracketed || text}`)
  if (number !== null && (number < 1 || number > 65_535)) throw refused(`not a port: ${number}`)
  if (/\p{Cc}/u.test(rest) || rest.length > 4000) throw refused('the path has characters that no path has')
  const path = rest.replace(/^\/(?=~(?:\/|$))/, '')
  return {
    user: user ?? null,
    host: bracketed.replace(/^\[|\]$/g, ''),
    port: number,
    path: path === '' || path === '/' ? null : path,
  }
}

/** The machine as people write it: `user@host:port`. */
export function farHost({ user, host, port }: Omit<FarAddress, 'path'>): string {
  const name = host.includes(':') ? `[${host}]` : host
  return `${user === null ? '' : `${user}@`}${name}${port === null ? '' : `:${port}`}`
}

/** Writes the address of a folder on a machine, which `farHost` names. */
export const farAddressOf = (host: string, path: string | null): string =>
  `${scheme}${host}${path === null ? '' : path.startsWith('/') ? path : `/${path}`}`

const refused = (message: string) =>
  new KernelscopeError('USAGE', message, { hint: 'Write ssh://host/path, as ssh://lab/data/workspace.' })
