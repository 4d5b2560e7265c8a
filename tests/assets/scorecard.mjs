// The scoring page, as `bids/panel/score.html` draws it, with two criteria.

const radio = (name, value, chosen) =>
  `<input type="radio" name="${name}" value="${value}"${chosen === value ? ' checked' : ''}>`;

const criterion = (number, label, { passed, score, reason = '' } = {}) => `
  <fieldset data-criterion="${number}" data-label="${number}. ${label}">
    <div role="radiogroup">${['yes', 'no'].map((value) => radio(`passed_${number}`, value, passed)).join('')}</div>
    <div role="radiogroup">${['0', '1', '2', '3', '4'].map((value) => radio(`score_${number}`, value, score)).join('')}</div>
    <textarea name="reason_${number}">\n${reason}</textarea>
  </fieldset>`;

export const scorecard = ({ version = 3, first, second, unsaved = false, held = false, status = 'Nothing saved yet' } = {}) => `
  <p data-elsewhere><a href="/next/">Skip to the next bid</a></p>
  <details class="app-fold"></details>
  <div data-scorecard data-person="amara.cole" data-bid="BID-1">
    <span data-click-hint hidden></span>
    <div data-kept></div>
    <form method="post" data-scoring data-autosave${unsaved ? ' data-unsaved' : ''}${held ? ' data-held' : ''}>
      <input type="hidden" name="csrfmiddlewaretoken" value="token-of-page">
      <input type="hidden" name="typed_by" value="amara.cole:signed">
      <input type="hidden" name="version" value="${version}">
      <details data-keys hidden></details>
      ${criterion(1, 'Need', first)}
      ${criterion(2, 'Value for money', second)}
      <div class="app-submit-bar">
        <p role="status" data-autosave-status>${status}</p>
        <button type="submit" name="then" value="submit">Submit and go to next bid</button>
      </div>
      <button type="submit" name="then" value="draft">Save as draft</button>
      <a href="/next/" data-next>Skip for now</a>
    </form>
  </div>`;

// The same page once the scorecard can no longer change.
export const submitted = ({ reason, untaken = false }) => `
  <div data-scorecard data-person="amara.cole" data-bid="BID-1">
    ${untaken ? '<div data-untaken></div>' : ''}
    <div data-kept></div>
    <div data-criterion="1" data-label="1. Need" data-passed="yes" data-score="3">
      <h3>1. Need: Yes, 3</h3>
      <p data-reason>${reason}</p>
    </div>
  </div>`;

const PREFIX = 'grants:typed:amara.cole:BID-1:';

// What the browser's storage holds after an earlier page of this bid left a copy behind.
export const copyOf = (fields, { key = 'earlier', version = '3', at = '2026-11-26T10:15:00Z', sent = [], ...more } = {}) => ({
  [PREFIX + key]: JSON.stringify({ version, at, fields, sent, ...more }),
});
