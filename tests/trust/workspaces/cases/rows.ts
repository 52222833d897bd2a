import { byRows, type Case } from '../place.ts'

/** Adds a job that waits to be run. */
const queued = (kind: string, of: string, id = 1, options = 'NULL') =>
  `INSERT INTO job (kind, title, ${of}, options, state, progress, created_at, position)
   SELECT '${kind}', 'hostile', ${id}, ${options}, 'queued', progress, 1, 9 FROM job WHERE id = 1`

/** SQL of as many bytes as a column has, all the same. */
const filled = (byte: string, column = 'packed') =>
  `unhex(replace(hex(zeroblob(length(${column}))), '00', '${byte}'))`
/** SQL that gives packs the digests of what they hold. */
const sealed =
  'UPDATE prediction SET digest_of_row = row_digest(variant_id, condition_id, block, facts, packed)'

/** Rows that refer to nothing, that lead out of the workspace, or whose numbers cannot be. */
export const rows: Case[] = [
  byRows('a study of a model that is not there', 'DELETE FROM model WHERE id = 1'),
  byRows('studies of a dataset that is not there', 'DELETE FROM dataset'),
  byRows('facts of variants that are not there', 'DELETE FROM variant'),
  byRows('facts under conditions that are not there', 'DELETE FROM condition'),
  byRows('a dataset without classes', 'DELETE FROM class'),
  byRows('jobs of a study that is not there', 'UPDATE job SET study_id = 999 WHERE study_id IS NOT NULL'),
  byRows(
    'things removed by a removal that is not there',
    'UPDATE study SET removal_id = 7; UPDATE model SET removal_id = 7',
  ),
  byRows('folders of images that are relative', `UPDATE dataset SET path = '../../images'`),
  byRows('folders of images with a zero byte', `UPDATE dataset SET path = '/tmp/' || char(0) || 'a'`),
  byRows('images that lie outside of their folder', `UPDATE image SET name = '../../../etc/passwd' || id`),
  byRows('models with zero bytes in their paths', `UPDATE model SET path = char(0)`),
  byRows(
    'draws that lie outside of the workspace',
    `UPDATE study SET params = json_set(params, '$.draws', '../../../etc/passwd') WHERE id = 2`,
  ),
  byRows('a queued job of an unknown kind', queued('brew', 'dataset_id')),
  byRows('a queued trial whose options are no JSON', queued('trial', 'model_id', 1, `'{'`)),
  byRows(
    'a queued study of an unknown kind',
    `UPDATE study SET kind = 'phrenology' WHERE id = 1; ${queued('study', 'study_id')}`,
  ),
  byRows(
    'a queued study with parameters of another kind',
    `UPDATE study SET params = '{"percents":"all"}' WHERE id = 2; ${queued('study', 'study_id', 2)}`,
  ),
  byRows(
    'a running job that ended the engine 10^9 times',
    `${queued('index', 'dataset_id')}; UPDATE job SET state = 'running', crashes = 1000000000, in_flight = 1 WHERE title = 'hostile'`,
  ),
  byRows('a study with an id of 2^53 + 1', 'UPDATE study SET id = 9007199254740993 WHERE id = 4'),
  byRows(
    'models with ids of 2^63 - 2 and 2^63 - 1',
    'UPDATE model SET id = 9223372036854775806 + (id = 2); UPDATE study_model SET model_id = 9223372036854775806 + (model_id = 2)',
  ),
  byRows(
    'a job with an id of 2^63 - 1, so that none can follow',
    'UPDATE job SET id = 9223372036854775807 WHERE id = 5',
  ),
  byRows('times of -2^63', 'UPDATE model SET added_at = -9223372036854775808'),
  byRows('images of 2^62 bytes and -5 pixels', 'UPDATE image SET bytes = 4611686018427387904, width = -5'),
  byRows('packs of facts of three bytes', `UPDATE prediction SET packed = x'010203'; ${sealed}`),
  byRows('packs of facts of bytes 255', `UPDATE prediction SET packed = ${filled('FF')}; ${sealed}`),
  byRows('packs of facts of zeros', 'UPDATE prediction SET packed = zeroblob(length(packed))'),
  byRows('packs of facts without end', `UPDATE prediction SET packed = zeroblob(3000000); ${sealed}`),
  byRows('packs of facts whose number lies', `UPDATE prediction SET facts = 99999; ${sealed}`),
  byRows(
    'facts with infinite confidence',
    `UPDATE prediction SET packed = CAST(substr(packed, 1, facts + 4) || x'000000000000f07f' || substr(packed, facts + 13) AS BLOB); ${sealed}`,
  ),
  byRows('facts that were removed', 'DELETE FROM prediction WHERE condition_id = 1'),
  byRows('facts without slots', 'DELETE FROM fact_slot'),
  byRows('slots of no examples', 'UPDATE fact_slot SET examples = zeroblob(length(examples))'),
  byRows(
    'slots of examples with ids of 2^32 - 1',
    `UPDATE fact_slot SET examples = ${filled('FF', 'examples')}, digest_of_row = row_digest(block, ${filled('FF', 'examples')})`,
  ),
  byRows('slots of three bytes', `UPDATE fact_slot SET examples = x'010203'`),
  byRows('measurements of three bytes', `UPDATE measurement SET value = x'010203'`),
  byRows('blocks of facts whose number lies', 'UPDATE fact_block SET facts = 99999'),
  byRows('blocks of facts with marks of zeros', 'UPDATE fact_block SET marks = zeroblob(length(marks))'),
  byRows('blocks of facts with three marks', `UPDATE fact_block SET marks = x'ffff01'`),
  byRows(
    'changes of facts that end within one',
    `INSERT INTO fact_change SELECT max(id) + 1, 1, x'010203', 7 FROM fact_change`,
  ),
  byRows('a title of 4 MB', `UPDATE study SET title = hex(zeroblob(2000000)) WHERE id = 1`),
  byRows(
    'titles with zero bytes, line ends and signs of control',
    `UPDATE study SET title = char(0, 10, 27, 8238) || 'a'; UPDATE model SET title = char(0, 10, 27) || id`,
  ),
  byRows(
    'titles that are not UTF-8',
    `UPDATE study SET title = CAST(x'ff80c0' AS TEXT); UPDATE model SET title = CAST(x'eda080' AS TEXT)`,
  ),
  byRows('a digest of no bytes', `UPDATE example SET digest = x'' WHERE id = 1`),
]
