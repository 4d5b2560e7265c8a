// The notes that show what was typed earlier and is not saved.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { offer, show, timeOf } from '../../build/assets/kept-notes.js';
import { close, open } from './page.mjs';
import { scorecard, submitted } from './scorecard.mjs';

afterEach(close);

test('a time of today is an hour, and one of another day has its date, both as in London', () => {
  open('');
  assert.equal(timeOf('2026-11-26T09:05:00Z'), '09:05');
  assert.equal(timeOf('2026-10-03T09:05:00Z'), '3 October at 10:05');
  assert.equal(timeOf('2026-11-25T23:59:00Z'), '25 November at 23:59');
});

test('a copy is offered criterion by criterion, as words and not as markup', () => {
  const page = open(scorecard());
  const copy = {
    at: '2026-11-26T10:15:00Z',
    fields: { passed_1: 'yes', reason_1: '<b>Need</b>', reason_2: 'Same' },
    against: { reason_2: 'Same' },
  };
  const events = [];
  page.find('form').addEventListener('input', () => events.push('input'));
  let discarded = 0;
  const note = offer(page.find('[data-scorecard]'), page.find('form'), copy, { discard: () => { discarded += 1; } });
  assert.equal(note.parentElement, page.find('[data-kept]'));
  assert.equal(note.querySelector('h3').textContent, 'Typed here at 10:15, and not saved');
  assert.equal(note.querySelector('b'), null);
  assert.equal(note.querySelector('.app-typed').textContent, '<b>Need</b>');
  assert.equal(note.querySelector('.app-typed').dir, 'auto');
  const labels = page.all('[data-kept] [aria-label]').map((each) => each.getAttribute('aria-label'));
  assert.deepEqual(labels, ['Put this back: 1. Need']);

  // Any other type would send the form.
  assert.deepEqual(page.all('[data-kept] button').map(({ type }) => type), ['button', 'button']);

  page.button('Put this back').click();
  assert.equal(page.find('[name="reason_1"]').value, '<b>Need</b>');
  assert.equal(page.find('[name="passed_1"][value="yes"]').checked, true);
  assert.deepEqual(events, ['input']);

  page.button('Discard this copy').click();
  assert.deepEqual([discarded, note.isConnected], [1, false]);
});

test('a criterion that the page no longer has is named by its number', () => {
  const page = open(scorecard());
  const copy = { at: '2026-11-26T10:15:00Z', fields: { reason_9: 'Gone' }, against: {} };
  const note = offer(page.find('[data-scorecard]'), page.find('form'), copy, { discard: () => {} });
  assert.equal(note.querySelector('.govuk-\\!-font-weight-bold').textContent, 'Criterion 9');
  assert.doesNotThrow(() => page.button('Put this back').click());
});

test('a copy that can be saved no more is shown as text to copy', () => {
  const page = open(submitted({ reason: 'Saved' }));
  show(page.find('[data-scorecard]'), { at: '2026-11-26T10:15:00Z', fields: { score_1: '0', reason_1: 'Typed' } }, { discard: () => {} });
  const words = page.find('[data-kept] textarea');
  assert.equal(words.readOnly, true);
  assert.equal(words.value, '1. Need: 0\nTyped');
  assert.equal(words.getAttribute('aria-label'), 'What you typed at 10:15, to copy');
});
