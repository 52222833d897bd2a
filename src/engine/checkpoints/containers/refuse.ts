import { KernelscopeError, type ErrorCode } from '#shared/errors.ts'

const again = 'Download or copy the file again; nothing of it was used.'

/** Errors about one file. Text of the file stands in them shortened and in quotes, see `quoted`. */
export const refuseFor = (path: string) => {
  const of =
    (code: ErrorCode, hint: string) =>
    (reason: string, cause?: unknown): KernelscopeError =>
      new KernelscopeError(code, `${path}: ${reason}`, { hint, cause })
  return {
    truncated: of('MODEL_TRUNCATED', again),
    malformed: of('MODEL_MALFORMED', again),
    unsupported: of(
      'MODEL_UNSUPPORTED',
      'Save the state_dict as safetensors, or with torch.save by PyTorch 1.6 or newer.',
    ),
    code: of('CHECKPOINT_CODE', 'Nothing of it was run. Save the weights alone: model.state_dict().'),
  }
}

export type Refuse = ReturnType<typeof refuseFor>

/** Longest part of a foreign text in a message. */
const most = 120

/** Text of a file for a message: on one line, in quotes, at most 120 characters. */
export const quoted = (text: string): string =>
  JSON.stringify(text.length > most ? `${text.slice(0, most)}…` : text)
