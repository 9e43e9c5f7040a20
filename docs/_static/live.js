// Frames with panels that compute: loaded when asked for, as high as what is in them, light or dark as the site is.

const title = "Panel: drop a song, choose a layer and a feature, listen";

function frameOf(place) {
  const frame = document.createElement("iframe");
  frame.title = title;
  frame.allow = "microphone; autoplay";
  frame.src = place.dataset.link;
  frame.addEventListener("load", () => grow(frame));
  place.replaceChildren(frame);
  match();
  return frame;
}

// A page opened from disk may not look into its frames: then the style sheet's height stays, and the frame scrolls.
function inside(frame) {
  try {
    return frame.contentDocument?.documentElement ?? null;
  } catch {
    return null;
  }
}

function grow(frame) {
  const root = inside(frame);
  if (!root) return;
  const main = root.querySelector("main") ?? root;
  const fit = () => {
    frame.style.height = `${Math.ceil(main.getBoundingClientRect().bottom + frame.contentWindow.scrollY) + 12}px`;
  };
  new ResizeObserver(fit).observe(main);
  match();
}

function match() {
  const theme = document.documentElement.dataset.theme === "dark" ? "dark" : "light";
  for (const frame of document.querySelectorAll(".aj-live iframe")) {
    frame.style.colorScheme = theme;
    const root = inside(frame);
    if (root) root.style.colorScheme = theme;
    root?.setAttribute("theme", theme);
  }
}

document.addEventListener("DOMContentLoaded", () => {
  for (const place of document.querySelectorAll(".aj-live")) {
    const load = place.querySelector(".aj-live-load");
    load.addEventListener("click", (event) => {
      event.preventDefault();
      frameOf(place).focus();
    });
    if ("now" in place.dataset && !navigator.connection?.saveData) frameOf(place);
  }
  new MutationObserver(match).observe(document.documentElement, { attributeFilter: ["data-theme"] });
});
