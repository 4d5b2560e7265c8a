// Shows what a scenario comes to while it is changed. Without this script the button "Show the effect" does the same.
const form = document.querySelector('[data-effect-form]');
const effect = document.querySelector('#effect');

if (form && effect) {
  let timer;
  let latest = 0;

  const show = async () => {
    const asked = ++latest;
    const data = new FormData(form);
    data.set('then', 'preview');
    try {
      const response = await fetch(window.location.href, { method: 'POST', body: data, redirect: 'manual' });
      if (!response.ok || asked !== latest) return;
      const page = new DOMParser().parseFromString(await response.text(), 'text/html');
      const shown = page.querySelector('#effect');
      if (shown) effect.replaceChildren(...shown.childNodes);
    } catch {
      // Nothing is lost: the figures stay as they were, and the button asks again.
    }
  };

  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(show, 400);
  });
}
