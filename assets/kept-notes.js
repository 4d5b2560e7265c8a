// The insets that show what was typed earlier and is not saved: beside a form to put back, or alone to copy.

import { asText, differing, headed, putInto, answerOn } from './kept.js';

const element = (tag, className, text = '') => {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
};

const button = (text, does) => {
  const made = element('button', 'govuk-button govuk-button--secondary govuk-!-margin-bottom-2', text);
  made.type = 'button';
  made.addEventListener('click', does);
  return made;
};

// 10:42, or 3 October at 10:42 where that was another day.
export const timeOf = (at) => {
  const zone = { timeZone: 'Europe/London' };
  const then = new Date(at);
  const time = then.toLocaleTimeString('en-GB', { ...zone, hour: '2-digit', minute: '2-digit' });
  const day = (date) => date.toLocaleDateString('en-GB', { ...zone, day: 'numeric', month: 'long' });
  return day(then) === day(new Date()) ? time : `${day(then)} at ${time}`;
};

const labelIn = (card) => (number) =>
  card.querySelector(`[data-criterion="${number}"]`)?.dataset.label ?? `Criterion ${number}`;

const inset = (card, heading) => {
  const made = element('section', 'govuk-inset-text');
  made.append(element('h3', 'govuk-heading-s', heading));
  card.querySelector('[data-kept]').append(made);
  return made;
};

// Show a copy beside the form, with a button for each criterion that differs from it.
export const offer = (card, form, copy, { discard }) => {
  const label = labelIn(card);
  const made = inset(card, `Typed here at ${timeOf(copy.at)}, and not saved`);
  made.append(
    element('p', 'govuk-body', 'The scorecard was saved in another window since. What is saved stands in the fields below.'),
  );
  for (const number of differing(copy.fields, copy.against)) {
    const { mark, reason } = answerOn(number, copy.fields);
    const block = element('div', 'govuk-!-margin-bottom-4');
    block.append(element('p', 'govuk-body govuk-!-font-weight-bold govuk-!-margin-bottom-1', headed(label(number), mark)));
    const words = element('p', 'govuk-body app-typed govuk-!-margin-bottom-2', reason);
    words.dir = 'auto';
    const back = button('Put this back', () => {
      putInto(form, number, copy.fields);
      form.dispatchEvent(new Event('input', { bubbles: true }));
      form.elements[`reason_${number}`]?.focus();
    });
    back.setAttribute('aria-label', `Put this back: ${label(number)}`);
    block.append(words, back);
    made.append(block);
  }
  made.append(button('Discard this copy', () => { made.remove(); discard(); }));
  return made;
};

// Show a copy alone: it can be saved no more.
export const show = (card, copy, { discard }) => {
  const made = inset(card, `Typed here at ${timeOf(copy.at)}, and not saved`);
  const words = element('textarea', 'govuk-textarea');
  words.readOnly = true;
  words.rows = 8;
  words.dir = 'auto';
  words.value = asText(copy.fields, labelIn(card));
  words.setAttribute('aria-label', `What you typed at ${timeOf(copy.at)}, to copy`);
  made.append(element('p', 'govuk-body', 'It can no longer be saved. Copy it if you need it.'), words);
  made.append(button('Discard this copy', () => { made.remove(); discard(); }));
};
