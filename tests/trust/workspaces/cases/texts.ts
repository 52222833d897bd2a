import { byRows, type Case } from '../place.ts'

/** A text of the database that is replaced in every row. */
const texts = (title: string, table: string, column: string, value: string): Case =>
  byRows(title, `UPDATE ${table} SET ${column} = '${value}'`)

/** JSON and words that the tables hold as text: no JSON, of another form, or of another meaning. */
export const told: Case[] = [
  texts('parameters of studies that are no JSON', 'study', 'params', '{'),
  texts('parameters of studies that are a list', 'study', 'params', '[1]'),
  texts('parameters of studies that are of another kind', 'study', 'params', '{"percents":"all"}'),
  texts('100,000 lists in one another', 'study', 'params', '['.repeat(100_000) + ']'.repeat(100_000)),
  texts('the subset of a study without its images', 'study', 'subset', '{"a":1}'),
  texts('studies of a kind with a name of JavaScript', 'study', 'kind', '__proto__'),
  texts('an inspection of models that is no JSON', 'model', 'inspection', '{"a":'),
  texts(
    'a preprocessing that divides by 0',
    'model',
    'preprocessing',
    '{"size":[96,96],"resize":"none","resizeTo":null,"interpolation":"bilinear","mean":[0,0,0],"std":[0,0,0]}',
  ),
  texts(
    'a preprocessing with a side of 2^40',
    'model',
    'preprocessing',
    '{"size":[1099511627776,96],"resize":"none","resizeTo":null,"interpolation":"bilinear","mean":[0,0,0],"std":[1,1,1]}',
  ),
  texts('labels that are numbers', 'model', 'labels', '[1,2,3]'),
  texts('a self-check that is no JSON', 'model', 'self_check', '{'),
  texts('an origin from nowhere', 'model', 'origin', '{"from":"nowhere"}'),
  texts('a report of datasets that is no JSON', 'dataset', 'report', '{'),
  texts('a dataset of an unknown kind', 'dataset', 'recognised', '__proto__'),
  texts('a dataset in an unknown state', 'dataset', 'state', 'asleep'),
  texts(
    'a problem with a code that does not exist',
    'dataset',
    'problem',
    '{"code":"OOPS","message":"","hint":""}',
  ),
  texts('images of a subset by an unknown rule', 'subset', 'selection', '{"filter":[]}'),
  texts('a progress that is no JSON', 'job', 'progress', '50 %'),
  texts('jobs of an unknown kind', 'job', 'kind', 'brew'),
  byRows('settings that are no JSON', `INSERT INTO setting VALUES ('threads', '{'), ('provider', 'cpu')`),
  byRows(
    'a composed figure that is no JSON',
    `INSERT INTO composition (title, body, revision, changed_at) VALUES ('a', '{', 1, 1)`,
  ),
  byRows('conditions that are no JSON', `UPDATE condition SET transform = '{' || id`),
  byRows('keys of variants without a runtime', `UPDATE variant SET key = json_remove(key, '$.runtime')`),
  byRows(
    'a failure that is no JSON',
    `INSERT INTO failure SELECT variant_id, condition_id, id, 'broke' FROM prediction, example LIMIT 3`,
  ),
]
