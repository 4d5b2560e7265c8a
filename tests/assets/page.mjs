// A page of the service for a script to run on, with a clock that a test moves and a server that answers as it is told.

import { mock } from 'node:test';
import { JSDOM, VirtualConsole } from 'jsdom';

export const ADDRESS = 'https://grants.example/here/';
const NOW = '2026-11-26T10:42:00Z';

let pages = 0;

// Run after each test, so that no timer of a page outlives it.
export const close = () => mock.timers.reset();

export const move = (milliseconds) => {
  mock.timers.tick(milliseconds);
  return settle();
};

// Wait until everything that was promised has happened.
export const settle = () => new Promise((resolve) => setImmediate(() => setImmediate(resolve)));

// Answers of the server, for `page.server.answers`.
export const answer = (status, content) => () => Response.json(content, { status });
export const html = (text) => () => new Response(text, { headers: { 'content-type': 'text/html' } });
export const fault = () => new Response('Sorry', { status: 500, headers: { 'content-type': 'text/html' } });
export const noConnection = () => Promise.reject(new TypeError('Failed to fetch'));

// A server that records what it is sent and gives the prepared answers in turn. Without one, there is no connection.
const makeServer = () => {
  const server = { requests: [], answers: [] };
  server.fetch = async (address, { method = 'GET', headers = {}, body = [], keepalive = false, signal } = {}) => {
    const request = { address, method, headers, fields: Object.fromEntries(body), keepalive, signal };
    server.requests.push(request);
    return (server.answers.shift() ?? noConnection)(request);
  };
  return server;
};

// Open a page: its body, what the browser's storage holds, and the token that its cookie carries.
export const open = (body, { stored = {}, cookie = 'csrftoken=token-of-cookie', refuseStorage = false } = {}) => {
  close();
  const { window } = new JSDOM(`<!DOCTYPE html><body>${body}</body>`, { url: ADDRESS, virtualConsole: new VirtualConsole() });
  const { document, localStorage } = window;
  for (const [key, value] of Object.entries(stored)) localStorage.setItem(key, value);
  document.cookie = cookie;
  const server = makeServer();
  const left = [];
  // What the browser would send itself, because no script kept it from doing so.
  const sent = [];
  window.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return;
    event.preventDefault();
    sent.push(Object.fromEntries(new window.FormData(event.target, event.submitter)));
  });
  Object.assign(globalThis, {
    document,
    localStorage: refuseStorage ? new Proxy({}, { get: refuse, ownKeys: refuse }) : localStorage,
    fetch: server.fetch,
    // The browser's own window cannot be kept from leaving the page.
    window: {
      location: { href: ADDRESS, assign: (to) => left.push(to), reload: () => left.push('reload') },
      addEventListener: window.addEventListener.bind(window),
      dispatchEvent: window.dispatchEvent.bind(window),
      getComputedStyle: window.getComputedStyle.bind(window),
      matchMedia: () => ({ matches: false, addEventListener: () => {} }),
    },
    ...Object.fromEntries(
      ['DOMParser', 'Document', 'Element', 'Event', 'FormData', 'HTMLElement', 'HTMLScriptElement'].map((name) => [name, window[name]]),
    ),
  });
  window.Element.prototype.scrollIntoView = () => {};
  mock.timers.enable({ apis: ['setTimeout', 'Date'], now: new Date(NOW) });
  return {
    document,
    server,
    left,
    sent,
    find: (selector) => document.querySelector(selector),
    all: (selector) => [...document.querySelectorAll(selector)],
    text: (selector) => document.querySelector(selector).textContent.trim(),
    button: (text) => [...document.querySelectorAll('button')].find((each) => each.textContent === text),
    // What the storage holds, as another page would find it, and the copies of typed words in it.
    stored: () => ({ ...localStorage }),
    copies: () => Object.values({ ...localStorage }).map((each) => JSON.parse(each)),
    happens: (name, more = {}) => window.dispatchEvent(Object.assign(new window.Event(name), more)),
    press: (key, more = {}) => {
      const event = new window.KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...more });
      document.activeElement.dispatchEvent(event);
      return event.defaultPrevented;
    },
    type: (selector, value) => {
      const field = document.querySelector(selector);
      if (field.type === 'radio') field.checked = true;
      else field.value = value;
      field.dispatchEvent(new window.Event('input', { bubbles: true }));
    },
    // Run a script as this page's own: what it sets up for the page happens anew.
    run: async (name) => {
      await import(new URL(`../../build/assets/${name}?page=${++pages}`, import.meta.url));
      await settle();
    },
  };
};

function refuse() {
  throw new DOMException('Storage is full', 'QuotaExceededError');
}
