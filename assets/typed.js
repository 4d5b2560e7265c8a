// Keeps what is typed in any form of the service until the server has taken it: at once in this browser and, where there
// is room for long text, as a draft with the server too. Without this script the server keeps what it could not take.

import { shelf, dropSaved } from './kept.js';
import { timeOf } from './kept-notes.js';

const PAUSE = 1500;
const RETRY = 10_000;
const PATIENCE = 20_000;
const NOT_KEPT = ['hidden', 'password', 'file', 'submit', 'button', 'image', 'reset'];
const TICKET_END = 16;

const isTicked = (field) => ['radio', 'checkbox'].includes(field.type);
const fieldsOf = (form) => [...form.elements].filter((field) => field.name && !NOT_KEPT.includes(field.type));

// What stands in the fields as pairs of name and value; with `drawn`, what the server put there.
export const typedPairs = (form, { drawn = false } = {}) =>
  fieldsOf(form).flatMap((field) => {
    if (isTicked(field)) return (drawn ? field.defaultChecked : field.checked) ? [[field.name, field.value]] : [];
    if (field.options) {
      const options = [...field.options];
      const chosen = options.filter((option) => (drawn ? option.defaultSelected : option.selected));
      const first = field.multiple || chosen.length ? [] : options.slice(0, 1);
      return [...chosen, ...first].map((option) => [field.name, option.value]);
    }
    const value = (drawn ? field.defaultValue : field.value).replaceAll('\r\n', '\n');
    return value ? [[field.name, value]] : [];
  });

export const samePairs = (one, other) => JSON.stringify(one) === JSON.stringify(other);

// Put pairs into the fields, and empty the fields that they do not name.
export const putPairs = (form, pairs) => {
  const waiting = pairs.map(([name, value]) => ({ name, value }));
  const holds = (field, value) => pairs.some(([name, each]) => name === field.name && each === value);
  for (const field of fieldsOf(form)) {
    if (isTicked(field)) field.checked = holds(field, field.value);
    else if (field.options) for (const option of field.options) option.selected = holds(field, option.value);
    else {
      const at = waiting.findIndex(({ name }) => name === field.name);
      field.value = at < 0 ? '' : waiting.splice(at, 1)[0].value;
    }
  }
  form.dispatchEvent(new Event('input', { bubbles: true }));
  // So that what an answer reveals shows again.
  window.dispatchEvent(new Event('pageshow'));
};

const element = (tag, className, text = '') => Object.assign(document.createElement(tag), { className, textContent: text });

const button = (text, does) => {
  const made = element('button', 'govuk-button govuk-button--secondary govuk-!-margin-bottom-2', text);
  made.type = 'button';
  made.addEventListener('click', does);
  return made;
};

const labelOf = (field) => (field.labels?.[0] ?? field).textContent.trim() || field.name;

// The texts of a copy with the labels of their fields, such as [['Reason', 'Because …']].
const textsOf = (form, pairs) =>
  pairs.flatMap(([name, value]) => {
    const field = fieldsOf(form).find((each) => each.name === name && !isTicked(each) && !each.options);
    return field ? [[labelOf(field), value]] : [];
  });

const offer = (form, copy, { discard }) => {
  const note = element('section', 'govuk-inset-text');
  note.append(element('h2', 'govuk-heading-s', `Typed here at ${timeOf(copy.at)}, and not saved`));
  for (const [label, text] of textsOf(form, copy.fields)) {
    const words = element('p', 'govuk-body app-typed govuk-!-margin-bottom-2', text);
    words.dir = 'auto';
    note.append(element('p', 'govuk-body govuk-!-font-weight-bold govuk-!-margin-bottom-1', label), words);
  }
  const close = () => {
    note.remove();
    discard();
  };
  note.append(
    button('Put this back', () => {
      putPairs(form, copy.fields);
      close();
    }),
    ' ',
    button('Discard this copy', close),
  );
  form.before(note);
};

const token = (form) => /(?:^|; )csrftoken=([^;]+)/.exec(document.cookie)?.[1] ?? form.elements.csrfmiddlewaretoken.value;

const lowered = (words) => `${words.charAt(0).toLowerCase()}${words.slice(1)}`;

const signIn = () =>
  Object.assign(element('a', 'govuk-link', 'Sign in in a new tab'), {
    href: '/sign-in/?next=/signed-in/', target: '_blank', rel: 'noopener',
  });

// Keep a draft with the server while somebody types, and say so above the form's buttons.
const draftOf = (form, copies, typedNow) => {
  const status = element('p', 'govuk-body-s app-save-status');
  status.setAttribute('role', 'status');
  const submit = [...form.elements].find((field) => field.type === 'submit');
  (submit?.closest('.govuk-button-group') ?? submit)?.before(status);
  let timer;
  let running = new AbortController();
  let left = false;

  const say = (words, more) => {
    status.textContent = words;
    if (more) status.append(' ', more);
  };
  const kept = () => (copies.works ? 'What you typed is kept on this computer.' : 'Leave this page open to keep what you typed.');

  const keep = async () => {
    clearTimeout(timer);
    if (left) return;
    const sent = typedNow();
    const body = new FormData(form);
    body.set('csrfmiddlewaretoken', token(form));
    for (const field of form.elements) if (['password', 'file'].includes(field.type)) body.delete(field.name);
    running.abort();
    const asked = new AbortController();
    running = asked;
    const patience = setTimeout(() => asked.abort(), PATIENCE);
    try {
      const headers = { 'X-Autosave': 'stay' };
      const response = await fetch('/typed/', { method: 'POST', body, headers, redirect: 'manual', signal: asked.signal });
      const json = response.headers.get('content-type')?.includes('json');
      const answer = json ? await response.json() : {};
      if (response.status === 200) {
        if (samePairs(sent, typedNow())) {
          copies.drop();
          say(answer.kept);
        }
        return;
      }
      if (response.status === 401) say(`You are signed out. ${kept()}`, signIn());
      else {
        say(`Draft not saved: ${lowered(answer.error ?? 'The service has a fault')}. ${kept()}`);
        // Sent again, the same gets the same answer.
        if (response.status < 500) return;
      }
    } catch {
      // A newer draft is on its way, or the form itself was sent.
      if (left || running !== asked) return;
      say(`No connection. ${kept()} It is tried again by itself.`);
    } finally {
      clearTimeout(patience);
    }
    timer = setTimeout(keep, RETRY);
  };

  return {
    soon: () => {
      clearTimeout(timer);
      say('Draft not saved yet');
      timer = setTimeout(keep, PAUSE);
    },
    now: keep,
    stop: () => {
      left = true;
      clearTimeout(timer);
      running.abort();
    },
  };
};

const follow = (form, ticket) => {
  const { person, to } = ticket.dataset;
  const copies = shelf(person, to);
  const typedNow = () => typedPairs(form);
  const drawn = typedPairs(form, { drawn: true });
  const draft = form.querySelector('textarea') && draftOf(form, copies, typedNow);
  // An answer with errors, or a page that starts from what was kept, shows what is not saved.
  const unsaved = Boolean(document.querySelector('.govuk-error-summary, [data-typed-note]'));
  let dirty = false;

  const keep = () =>
    copies.keep({ at: new Date().toISOString(), fields: typedNow(), ticket: ticket.value.slice(-TICKET_END) });

  for (const copy of copies.left()) {
    if (!Array.isArray(copy.fields) || samePairs(copy.fields, drawn)) copies.drop(copy.key);
    else offer(form, copy, { discard: () => copies.drop(copy.key) });
  }
  if (unsaved) keep();

  form.addEventListener('input', () => {
    dirty = true;
    keep();
    draft?.soon();
  });
  form.addEventListener('submit', () => {
    draft?.stop();
    if (dirty || unsaved) keep();
  });
  document.querySelector('#discard-typed')?.addEventListener('submit', () => {
    draft?.stop();
    copies.drop();
  });
  for (const event of ['online', 'focus']) window.addEventListener(event, () => { if (dirty) draft?.now(); });
  form.addEventListener('keep-now', () => draft?.now());
};

const cookie = /(?:^|; )saved=([^;]+)/.exec(document.cookie)?.[1];
if (cookie) {
  dropSaved(cookie);
  document.cookie = 'saved=; path=/; max-age=0; samesite=lax';
}
for (const ticket of document.querySelectorAll('[data-typed-by]')) {
  const { form } = ticket;
  const own = form.hasAttribute('data-autosave') || form.hasAttribute('data-writing-form');
  const text = fieldsOf(form).some((field) => !isTicked(field) && !field.options);
  if (!own && text) follow(form, ticket);
}
