const many = 100_000
const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

/** Files of labels that lie: the text, and the number of labels or the message, without the path. */
export const labelFiles: [title: string, text: string, answer: string | number][] = [
  ['a mark of byte order before JSON', '\ufeff["cat", "dog"]', 2],
  ['a mark of byte order before lines', '\ufeffcat\r\ndog\r\n', 2],
  ['one class twice', '["cat", "cat"]', 2],
  [
    '10 MB of labels',
    JSON.stringify(Array.from({ length: many }, (_, at) => `${'x'.repeat(95)}${at}`)),
    many,
  ],
  ['lists 10,000 deep', nested(10_000), 'invalid labels: 0: Invalid input, in {path}'],
  ['a list that is not closed, 10,000 deep', '['.repeat(10_000), 'invalid labels: not JSON, in {path}'],
  ['NaN', '["cat", NaN]', 'invalid labels: not JSON, in {path}'],
  ['a number in place of a label', '["cat", 2]', 'invalid labels: 1: Invalid input, in {path}'],
  [
    'numbers in place of all labels',
    JSON.stringify(Array.from({ length: many }, () => 2)),
    'invalid labels: 0: Invalid input, in {path}',
  ],
  ['an empty list', '[]', 'invalid labels: Too small: expected array to have >=1 items, in {path}'],
  [
    'an empty label',
    '["cat", ""]',
    'invalid labels: 1: Too small: expected string to have >=1 characters, in {path}',
  ],
  [
    'an output without a label',
    '{"0": "cat", "2": "dog"}',
    'invalid labels: 1: output without a label, of 2, in {path}',
  ],
  [
    'an output twice under two spellings',
    '{"0": "cat", "00": "dog"}',
    'invalid labels: 1: output without a label, of 2, in {path}',
  ],
  [
    'an output of 2^62',
    '{"4611686018427387904": "cat"}',
    'invalid labels: 0: output without a label, of 1, in {path}',
  ],
  ['an output that is no number', '{"-1": "cat"}', 'invalid labels: -1: Invalid key in record, in {path}'],
  [
    'names of JavaScript',
    '{"__proto__": "cat", "constructor": "dog"}',
    'invalid labels: constructor: Invalid key in record, in {path}',
  ],
  [
    'labels that are text',
    '{"labels": "cat"}',
    'invalid labels: labels: Invalid input: expected record, received string, in {path}',
  ],
  ['labels and ids that differ', '{"labels": ["cat"], "id2label": {"0": "dog", "1": "cat"}}', 1],
  ['nothing', '', 'invalid labels: the file is empty, in {path}'],
  ['zero bytes', '\0\0\0\0', 'invalid labels: not UTF-8 text, in {path}'],
  ['UTF-16', '\ufeffc\0a\0t\0', 'invalid labels: not UTF-8 text, in {path}'],
]
