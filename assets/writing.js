// Beside a section that is written: keeps the draft and shows how it reads while one types, and puts figures in at the
// cursor. What no answer came to stays in this browser. Without this script the buttons of the form do the same.

import { shelf } from './kept.js';
import { timeOf } from './kept-notes.js';

const PAUSE = 800;
const RETRY = 10_000;
const PATIENCE = 20_000;

const page = document.querySelector('[data-writing]');
const form = page.querySelector('[data-writing-form]');
const field = form.elements.text;
const status = form.querySelector('[data-writing-status]');
const preview = document.querySelector('#preview');
const copies = shelf(page.dataset.person, page.dataset.of);

// What is known to be kept or saved; what was sent and not answered; whether another window has typed on.
let confirmed = 'unsaved' in form.dataset ? null : field.defaultValue;
let unanswered = [];
let held = false;
let leaving = false;
let running = Promise.resolve();
let timer;
let again;

const element = (tag, className, text = '') => Object.assign(document.createElement(tag), { className, textContent: text });

const button = (className, text, does) => {
  const made = element('button', className, text);
  made.type = 'button';
  made.addEventListener('click', does);
  return made;
};

const token = () => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? form.elements.csrfmiddlewaretoken.value;

const say = (words, more) => {
  status.textContent = words;
  if (more) status.append(' ', more);
};

const copy = () =>
  copies.keep({
    version: form.elements.version.value,
    draft: form.elements.draft.value,
    at: new Date().toISOString(),
    fields: { text: field.value },
  });

const where = () => (copies.works ? 'What you typed is kept on this computer.' : 'Leave this page open to keep what you typed.');

const sendNatively = (then) => {
  leaving = true;
  form.elements.csrfmiddlewaretoken.value = token();
  form.requestSubmit(form.querySelector(`button[name="then"][value="${then}"]`));
};

const send = async (then, how) => {
  const text = field.value;
  unanswered.push(text);
  copy();
  const body = new FormData(form);
  body.set('then', then);
  body.set('csrfmiddlewaretoken', token());
  try {
    const response = await fetch(form.action, {
      method: 'POST',
      body,
      headers: { 'X-Autosave': how },
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE),
    });
    const json = response.headers.get('content-type')?.includes('json');
    return { code: response.status || 500, text, ...(json ? await response.json() : {}) };
  } catch {
    return { code: 0, text };
  }
};

const show = (html) => {
  if (html === undefined) return;
  const made = new DOMParser().parseFromString(html, 'text/html');
  preview.replaceChildren(...made.body.childNodes);
};

const signIn = () => {
  const made = element('a', 'govuk-link', 'Sign in in a new tab');
  return Object.assign(made, { href: '/sign-in/?next=/signed-in/', target: '_blank', rel: 'noopener' });
};

const explain = ({ code, error, standing }, what) => {
  if (code === 0) say(`${what}: no connection. ${where()} It is tried again by itself.`);
  else if (code === 401) say(`${what}: you are signed out. ${where()}`, signIn());
  else if (code === 403 && error) say(`${what}: ${error.charAt(0).toLowerCase()}${error.slice(1)}. ${where()}`, signIn());
  else if (standing !== undefined) {
    say(`${what}: you continued typing in another window. ${where()}`, button('app-link-button', 'See both', () => sendNatively('preview')));
  } else say(`${what}: ${error ?? 'the service has a fault'}. ${where()}`);
};

const retryLater = () => {
  clearTimeout(again);
  again = setTimeout(soon, RETRY);
};

const keep = async () => {
  if (leaving || held || field.value === confirmed) return;
  const answer = await send('save', 'stay');
  show(answer.html);
  if (answer.code === 409 && unanswered.slice(0, -1).includes(answer.standing)) {
    // It is our own: only the answer got lost.
    form.elements.draft.value = answer.draft;
    unanswered = [];
    await keep();
  } else if (answer.code === 200) {
    form.elements.draft.value = answer.draft;
    confirmed = answer.text;
    unanswered = [];
    if (field.value === confirmed) copies.drop();
    const open = answer.open ? ` ${answer.open} unmatched.` : '';
    const both = answer.newer && button('app-link-button', 'See both versions', () => sendNatively('preview'));
    say(`${answer.kept}.${open}${answer.newer ? ` ${answer.newer}` : ''}`, both);
  } else {
    held = answer.standing !== undefined;
    explain(answer, 'Draft not saved');
    if (!held && answer.code !== 404) retryLater();
  }
};

function soon() {
  clearTimeout(timer);
  running = running.then(keep);
  return running;
}

const save = async () => {
  say('Saving …');
  const answer = await send('save', 'go');
  if (answer.code === 200 && answer.next) {
    leaving = true;
    if (answer.text === field.value) copies.drop();
    window.location.assign(answer.next);
  } else if (answer.code === 200) sendNatively('save');
  else explain(answer, 'Not saved');
};

form.addEventListener('submit', (event) => {
  clearTimeout(timer);
  const then = event.submitter?.value ?? 'save';
  if (then === 'discard') copies.drop();
  if (leaving || then !== 'save') {
    leaving = true;
    return;
  }
  event.preventDefault();
  running = running.then(save);
});
form.addEventListener('input', () => {
  copy();
  say('Draft not saved yet');
  clearTimeout(timer);
  timer = setTimeout(soon, PAUSE);
});
for (const [target, event] of [[window, 'online'], [window, 'focus'], [document, 'visibilitychange']]) {
  target.addEventListener(event, () => soon());
}
window.addEventListener('pageshow', (event) => {
  if (event.persisted) window.location.reload();
});

// What earlier pages left in this browser: known to be kept, to be put back, or to be offered.
const putIn = (text) => {
  field.value = text;
  form.dispatchEvent(new Event('input', { bubbles: true }));
};
let taken = false;
for (const left of copies.left()) {
  const { text = '' } = left.fields;
  const current = left.version === form.elements.version.value && left.draft === form.elements.draft.value;
  if (text === field.value) copies.drop(left.key);
  else if (current && !taken) {
    taken = true;
    putIn(text);
    copies.drop(left.key);
  } else {
    const note = element('section', 'govuk-inset-text');
    const words = element('div', 'app-typed govuk-!-margin-bottom-2', text);
    words.dir = 'auto';
    note.append(
      element('h2', 'govuk-heading-s', `Typed here, ${timeOf(left.at)}, and not kept`),
      words,
      button('govuk-button govuk-button--secondary', 'Put this back', () => {
        putIn(text);
        field.focus();
      }),
      ' ',
      button('govuk-button govuk-button--secondary', 'Discard this copy', () => {
        note.remove();
        copies.drop(left.key);
      }),
    );
    form.querySelector('[data-kept]').append(note);
  }
}

if (confirmed === null) {
  copy();
  soon();
}

// Picking figures.
const picks = page.querySelector('[data-picks]');
for (const code of picks.querySelectorAll('[data-reference]')) {
  const { reference } = code.dataset;
  const put = button('app-link-button', 'Put in', () => {
    field.setRangeText(reference, field.selectionStart, field.selectionEnd, 'end');
    field.focus();
    form.dispatchEvent(new Event('input', { bubbles: true }));
  });
  put.setAttribute('aria-label', `Put in ${reference}`);
  code.after(' ', put);
}
const search = element('div', 'govuk-form-group');
const label = element('label', 'govuk-label', 'Find a figure');
const find = Object.assign(element('input', 'govuk-input'), { id: 'find-figure', type: 'search', autocomplete: 'off' });
label.htmlFor = find.id;
search.append(label, find);
picks.querySelector('details').before(search);
find.addEventListener('input', () => {
  const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const group of picks.querySelectorAll('details')) {
    const matching = [...group.querySelectorAll('[data-pick]')].filter((pick) => {
      pick.hidden = !words.every((word) => pick.textContent.toLowerCase().includes(word));
      return !pick.hidden;
    });
    group.hidden = matching.length === 0;
    group.open = words.length > 0 && matching.length > 0;
  }
});
