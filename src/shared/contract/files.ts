import { oc } from '@orpc/contract'
import { z } from 'zod'
import { isBelow, uploadPiece } from '../fileChunks.ts'
import { ok } from './common.ts'

/** Longest path that is asked for or told, in characters: that of Linux. */
const longestPath = 4096
const path = z.string().min(1).max(longestPath)

/** Most entries of one page of a folder. */
export const longestPage = 500

export const fileOrder = z.enum(['name', 'bytes', 'modified'])

/** What is in a folder of the engine's machine. */
export const folderEntry = z.object({
  name: z.string().max(longestPath),
  /** What is behind a link, too. `other`: a pipe, a device, a socket. `missing`: a link that leads to nothing that can be seen. */
  kind: z.enum(['folder', 'file', 'other', 'missing']),
  /** Where a link leads, as it is written; null for anything else. */
  link: z.string().max(longestPath).nullable(),
  /** Size of a file; null for anything else. */
  bytes: z.int().min(0).nullable(),
  /** Time of the last change, in milliseconds since 1970; null where it cannot be told. */
  modified: z.number().nullable(),
  /** Its name is no UTF-8, so that it cannot be named and opened. */
  nameless: z.boolean(),
})

export const folderPage = z.object({
  /** Whole path of the folder, without links in it that ".." would follow otherwise. */
  path,
  /** The folder around it; null at the top. */
  parent: path.nullable(),
  entries: z.array(folderEntry).max(longestPage),
  /** Number of entries of all pages. */
  total: z.int().min(0),
  /** Number of hidden entries that were left out. */
  hidden: z.int().min(0),
  /** false where there are more entries than are looked at. */
  whole: z.boolean(),
})

/** A folder that is often wanted. */
export const filePlace = z.object({ title: z.string().max(100), path })

/** sha256, as 64 hexadecimal digits. */
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const base64 = z.base64().max((uploadPiece / 3) * 4)
const uploadId = z.uuid()

/** A file that is to be made: a name below a folder, with "/" between the names of folders. */
const uploaded = z.object({
  folder: path,
  name: z.string().max(longestPath).refine(isBelow, 'must be below the folder'),
})

/**
 * Uploads of files. The digest of a file is the sha256 of the sha256s of its pieces of `uploadPiece` bytes, so that both ends
 * make it piece by piece. A file gets its name when it is whole and its digest is right. Nothing is ever replaced.
 */
const upload = {
  /** Which of these names are in the folder already, and how many bytes are free there. */
  plan: oc
    .input(z.object({ folder: path, names: z.array(z.string().max(longestPath)).max(10_000) }))
    .output(z.object({ folder: path, free: z.number().min(0), there: z.array(z.string()) })),
  /**
   * Begins a file, or goes on with one of the same name, size and time that was begun before. Where the file is there already
   * with this size, `id` is null and `digest` is that of the file.
   *
   * @throws FILE_EXISTS where there is something else of that name
   * @throws DISK_FULL where it would not fit; FILE_UNREADABLE as the system says
   */
  begin: oc.input(uploaded.extend({ bytes: z.int().min(0), modified: z.number() })).output(
    z.object({
      id: uploadId.nullable(),
      path,
      received: z.int().min(0),
      /** Of the bytes that were received. */
      digest: sha256,
    }),
  ),
  /**
   * A piece, in any order; one that has come already changes nothing. The answer says up to where there is no gap.
   *
   * @throws FILE_MISSING where the upload is not known: it must be begun again
   */
  piece: oc
    .input(z.object({ id: uploadId, offset: z.int().min(0), data: base64 }))
    .output(z.object({ received: z.int().min(0) })),
  /**
   * Gives the file its name.
   *
   * @throws FILE_CHANGED where the bytes are not those of the digest; FILE_EXISTS where something of that name has come meanwhile
   */
  finish: oc
    .input(z.object({ id: uploadId, digest: sha256 }))
    .output(z.object({ path, bytes: z.int().min(0) })),
  /** A file of one piece in one request. `kept`: it was there with the same bytes. */
  small: oc
    .input(uploaded.extend({ data: base64, digest: sha256 }))
    .output(z.object({ path, bytes: z.int().min(0), kept: z.boolean() })),
  /** Gives an upload up: nothing is left of it. */
  drop: oc.input(z.object({ id: uploadId })).output(ok),
}

export const files = {
  /**
   * A page of a folder: folders first, then files. A path that begins with "~" is below the home folder.
   *
   * @throws FILE_MISSING where there is no such folder
   * @throws FILE_UNREADABLE where it may not be read
   */
  list: oc
    .input(
      z.object({
        path,
        from: z.int().min(0).default(0),
        limit: z.int().min(1).max(longestPage).default(longestPage),
        order: fileOrder.default('name'),
        down: z.boolean().default(false),
        /** Also entries whose name begins with a dot. */
        hidden: z.boolean().default(false),
        /** Only names that begin with this, whatever the case. */
        starts: z.string().max(longestPath).default(''),
        /** Only files with one of these endings, and folders; an empty list for folders alone. */
        endings: z.array(z.string().max(20)).max(30).nullable().default(null),
      }),
    )
    .output(folderPage),
  /** The home folder, the open workspace and what else the machine names. Only those that are there. */
  places: oc.output(z.object({ home: path, places: z.array(filePlace).max(30) })),
  /**
   * Makes a folder in one that is there.
   *
   * @throws FILE_EXISTS where there is something of that name
   * @throws FILE_MISSING, FILE_UNREADABLE, DISK_FULL as the system says
   */
  makeFolder: oc.input(z.object({ path })).output(z.object({ path })),
  upload,
  /** Path of a file that is to be written only to be fetched: in a folder of its own, removed with the engine. */
  outbox: oc.input(z.object({ name: z.string().min(1).max(255) })).output(z.object({ path })),
  /**
   * Offers a file to be fetched by `filePiecePath` of `#shared/bytes.ts`. Only files in the outbox and in the exports of the open
   * workspace are.
   *
   * @throws FILE_MISSING, FILE_UNREADABLE as the system says; UNSUPPORTED for any other file
   */
  offer: oc
    .input(z.object({ path }))
    .output(z.object({ id: uploadId, name: z.string(), bytes: z.int().min(0), sha256 })),
}

export type FolderEntry = z.infer<typeof folderEntry>
export type FolderPage = z.infer<typeof folderPage>
export type FilePlace = z.infer<typeof filePlace>
export type FileOrder = z.infer<typeof fileOrder>
