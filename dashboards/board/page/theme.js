// The page's colours for what draws on a canvas, which knows no custom properties.

const dark = matchMedia("(prefers-color-scheme: dark)");

/** The named custom properties as resolved colours, in the theme that is on now. */
export function colours(...names) {
  const probe = document.createElement("span");
  probe.hidden = true;
  document.body.append(probe);
  const found = {};
  for (const name of names) {
    probe.style.color = `var(${name})`;
    found[name] = getComputedStyle(probe).color;
  }
  probe.remove();
  return found;
}

/** Calls back when the theme changes. */
export function onThemeChange(back) {
  dark.addEventListener("change", back);
}
