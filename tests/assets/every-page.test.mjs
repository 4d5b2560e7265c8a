// What runs on every page: the classes by which the styles know of scripts, and the components of GOV.UK Frontend.

import assert from 'node:assert/strict';
import { afterEach, test } from 'node:test';

import { close, open } from './page.mjs';

afterEach(close);

const browserWithModules = () => {
  globalThis.HTMLScriptElement = class {
    get noModule() {
      return false;
    }
  };
};

test('a browser that runs modules is known by both classes', async () => {
  const page = open('');
  browserWithModules();
  await page.run('body-class.js');
  assert.equal(page.document.body.className, 'js-enabled govuk-frontend-supported');
});

test('an older browser keeps what needs no script', async () => {
  const page = open('');
  await page.run('body-class.js');
  assert.equal(page.document.body.className, 'js-enabled');
});

test('the components of GOV.UK Frontend start', async () => {
  const page = open(`
    <div class="govuk-service-navigation" data-module="govuk-service-navigation">
      <button type="button" class="govuk-js-service-navigation-toggle" aria-controls="navigation" hidden>Menu</button>
      <ul id="navigation"><li><a href="/">Home</a></li></ul>
    </div>
    <div class="govuk-error-summary" data-module="govuk-error-summary"><h2>There is a problem</h2></div>`);
  page.document.documentElement.style.setProperty('--govuk-breakpoint-tablet', '40.0625rem');
  browserWithModules();
  await page.run('body-class.js');
  await page.run('init.js');
  const button = page.button('Menu');
  const menu = page.find('#navigation');
  assert.deepEqual([button.hidden, button.getAttribute('aria-expanded'), menu.hidden], [false, 'false', true]);
  button.click();
  assert.deepEqual([button.getAttribute('aria-expanded'), menu.hidden], ['true', false]);
  assert.equal(page.document.activeElement, page.find('.govuk-error-summary'));
});
