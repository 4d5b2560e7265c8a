// What is kept of typed answers in the browser, and how two sets of answers are compared.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import {
  asText, differing, drawnIn, headed, putInto, same, answerOn, shelf, shownOn, typedIn,
} from '../../build/assets/kept.js';
import { close, open } from './page.mjs';
import { scorecard, submitted } from './scorecard.mjs';

afterEach(close);

const SAVED = { first: { passed: 'yes', score: '3', reason: 'Much need' } };

test('what is typed is what the server would save, without the fields that are not answers', () => {
  const page = open(scorecard(SAVED));
  page.type('[name="reason_2"]', '  Cheap\r\nand good ');
  page.type('[name="score_2"][value="4"]');
  assert.deepEqual(typedIn(page.find('form')), {
    passed_1: 'yes', score_1: '3', reason_1: 'Much need', score_2: '4', reason_2: 'Cheap\nand good',
  });
});

test('what the server drew does not change with what is typed since', () => {
  const page = open(scorecard(SAVED));
  page.type('[name="reason_1"]', 'No need');
  page.type('[name="passed_1"][value="no"]');
  assert.deepEqual(drawnIn(page.find('form')), { passed_1: 'yes', score_1: '3', reason_1: 'Much need' });
});

test('a page without a form says what is saved', () => {
  const page = open(submitted({ reason: 'Much need' }));
  assert.deepEqual(shownOn(page.find('[data-scorecard]')), { passed_1: 'yes', score_1: '3', reason_1: 'Much need' });
});

test('answers differ by criterion, in the order of the criteria', () => {
  const one = { reason_10: 'a', score_2: '1', passed_1: 'yes' };
  assert.deepEqual(differing(one, { reason_10: 'b', score_2: '2', passed_1: 'yes' }), [2, 10]);
  assert.deepEqual(differing(one, { ...one, reason_10: ' a\r\n' }), []);
  assert.deepEqual(differing(one, {}), [1, 2, 10]);
});

test('two sets of answers are the same only where both are known', () => {
  assert.equal(same({ reason_1: 'a' }, { reason_1: 'a ' }), true);
  assert.equal(same({ reason_1: 'a' }, { reason_1: 'b' }), false);
  assert.equal(same({}, {}), true);
  assert.equal(same(null, {}), false);
  assert.equal(same({}, undefined), false);
});

test('answers are put into words', () => {
  const answers = { passed_1: 'no', reason_1: 'None', passed_2: 'yes', score_2: '4', reason_3: 'Only words' };
  assert.deepEqual(answerOn(2, answers), { mark: 'Yes, 4', reason: '' });
  assert.equal(headed('2. Value', 'Yes, 4'), '2. Value: Yes, 4');
  assert.equal(headed('3. Reach', ''), '3. Reach');
  assert.equal(asText(answers, (number) => `Criterion ${number}`), 'Criterion 1: No\nNone\n\nCriterion 2: Yes, 4\n\nCriterion 3\nOnly words');
});

test('answers to one criterion go back into its fields and into no others', () => {
  const page = open(scorecard({ ...SAVED, second: { score: '1', reason: 'Dear' } }));
  const form = page.find('form');
  putInto(form, 1, { passed_1: 'no', reason_1: 'None', score_2: '4', reason_2: 'Cheap' });
  assert.deepEqual(typedIn(form), { passed_1: 'no', reason_1: 'None', score_2: '1', reason_2: 'Dear' });
  const choices = page.all('[name="passed_1"]').map(({ value, checked }) => [value, checked]);
  assert.deepEqual(choices, [['yes', false], ['no', true]]);
});

test('a page finds the copies that other pages of the same person and bid left, the newest first', () => {
  const page = open('');
  const [older, newer] = [shelf('amara.cole', 'BID-1'), shelf('amara.cole', 'BID-1')];
  older.keep({ at: '2026-11-26T09:00:00Z', fields: { reason_1: 'older' } });
  newer.keep({ at: '2026-11-26T10:00:00Z', fields: { reason_1: 'newer' } });
  shelf('ben.hart', 'BID-1').keep({ at: '2026-11-26T10:00:00Z', fields: { reason_1: 'of somebody else' } });
  shelf('amara.cole', 'BID-2').keep({ at: '2026-11-26T10:00:00Z', fields: { reason_1: 'of another bid' } });
  localStorage.setItem('grants:typed:amara.cole:BID-1:broken', '{');
  localStorage.setItem('grants:typed:amara.cole:BID-1:empty', 'null');

  const own = shelf('amara.cole', 'BID-1');
  own.keep({ at: '2026-11-26T10:30:00Z', fields: { reason_1: 'own' } });
  assert.deepEqual(own.left().map((copy) => copy.fields.reason_1), ['newer', 'older']);

  own.drop(own.left()[0].key);
  assert.deepEqual(own.left().map((copy) => copy.fields.reason_1), ['older']);
  own.drop();
  assert.ok(!Object.values(page.stored()).some((each) => each.includes('"own"')));
});

test('a person whose name holds a colon does not read the copies of another', () => {
  open('');
  shelf('amara:BID-1', 'BID-2').keep({ at: '', fields: { reason_1: 'theirs' } });
  assert.deepEqual(shelf('amara', 'BID-1').left(), []);
});

test('storage that is forbidden is noticed until it works again, and nothing breaks', () => {
  open('', { refuseStorage: true });
  const own = shelf('amara.cole', 'BID-1');
  assert.equal(own.works, true);
  own.keep({ fields: { reason_1: 'typed' } });
  assert.equal(own.works, false);
  assert.doesNotThrow(() => own.drop());
  assert.deepEqual(own.left(), []);

  open('');
  own.keep({ fields: { reason_1: 'typed' } });
  assert.equal(own.works, true);
});
