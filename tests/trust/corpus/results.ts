import { inJson } from '../forgeries.ts'
import { list, to, type Forgery } from './forgery.ts'

const study = (title: string, path: (string | number)[], value: unknown, found: string): Forgery => ({
  title,
  change: inJson(
    'study.json',
    path,
    typeof value === 'function' ? (value as (v: unknown) => unknown) : to(value),
  ),
  found: `study.json: ${found}`,
})
const row = (column: string, value: unknown) =>
  study(
    `the table's ${column} as ${JSON.stringify(value)}`,
    ['tables', 0, 'rows', 0, column],
    value,
    `tables[accuracy].rows[0].${column}`,
  )

export const results: Forgery[] = [
  row('top1', 0.99),
  row('n', 50_000),
  row('lo', 0.9),
  row('hi', 1),
  row('min', 0.99),
  row('change', 0.1),
  row('model', 'Another model'),
  row('patches', '1 of 36'),
  study(
    'a row removed',
    ['tables', 0, 'rows'],
    list((all) => all.slice(1)),
    'tables[accuracy].rows[1]',
  ),
  study(
    'a row added',
    ['tables', 0, 'rows'],
    list((all) => [...all, all[0]]),
    'tables[accuracy].rows[2]',
  ),
  study('a table removed', ['tables'], [], 'tables[accuracy]'),
  study('another title of a table', ['tables', 0, 'title'], 'Accuracy', 'tables[accuracy].title'),
  study(
    'another title of a column',
    ['tables', 0, 'columns', 4, 'title'],
    'Top-5',
    'tables[accuracy].columns[top1].title',
  ),
  study(
    'a point of a figure moved',
    ['figures', 0, 'series', 0, 'points', 1, 'y'],
    0.7,
    'figures[random-drop].series[1].points[1].y',
  ),
  study(
    'a point moved along the axis',
    ['figures', 0, 'series', 0, 'points', 1, 'x'],
    0.9,
    'figures[random-drop].series[1].points[1].x',
  ),
  study(
    'an interval narrowed',
    ['figures', 0, 'series', 0, 'points', 1, 'hi'],
    0.2,
    'figures[random-drop].series[1].points[1].hi',
  ),
  study(
    'a point of more images',
    ['figures', 0, 'series', 0, 'points', 0, 'n'],
    1000,
    'figures[random-drop].series[1].points[0].n',
  ),
  study(
    'a series renamed',
    ['figures', 0, 'series', 0, 'name'],
    'Ours',
    'figures[random-drop].series[1].name',
  ),
  study('another title of a figure', ['figures', 0, 'title'], 'Robust', 'figures[random-drop].title'),
  study(
    'another axis of a figure',
    ['figures', 0, 'y', 'label'],
    'Top-5 accuracy',
    'figures[random-drop].y.label',
  ),
  study('an axis that begins higher', ['figures', 0, 'y', 'min'], 0.5, 'figures[random-drop].y.min'),
  study('a note of a figure removed', ['figures', 0, 'notes'], [], 'figures[random-drop].notes[0]'),
  study('another caption', ['figures', 0, 'alt'], 'It is robust.', 'figures[random-drop].alt'),
  study('a figure removed', ['figures'], [], 'figures[random-drop]'),
  study(
    'a figure added',
    ['figures'],
    list(([one]) => [one, { ...(one as object), id: 'more' }]),
    'figures[more]',
  ),
  study(
    'a reported value added',
    ['reported'],
    list((all) => [...all, all[0]]),
    'reported[1]',
  ),
  study(
    'a line of provenance removed',
    ['provenance'],
    list((all) => all.slice(1)),
    'provenance[0]',
  ),
  study('an incomplete study called complete', ['state'], 'failures', 'state'),
  study('a complete study called incomplete', ['complete'], false, 'complete'),
]
