// Opens the bid that the meeting discusses, each time it moves on. Without this script the link on the page leads there.
const place = document.querySelector('[data-follow]');
const EVERY = 4000;

const look = async () => {
  try {
    const response = await fetch(`${place.dataset.follow}?as=address`);
    if (response.ok) {
      const { address } = await response.json();
      const { href } = new URL(address, window.location.href);
      if (href !== window.location.href) return window.location.assign(href);
    }
  } catch {
    // The connection is gone for a moment: the next look asks again.
  }
  return setTimeout(look, EVERY);
};

if (place) setTimeout(look, EVERY);
