// Building elements. Text is only ever set as text, so that a product's name cannot become markup.

/** An element with attributes and children; children that are null are left out. */
export function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  set(element, attributes);
  element.append(...children.filter((child) => child !== null));
  return element;
}

/**
 * Makes the children of an element equal to the given ones and leaves alone what is equal already: whoever reads the
 * page with a screen reader, or has marked a figure to copy it, stays where they are when the next sale comes in.
 */
export function patch(parent, children) {
  children.forEach((next, index) => {
    const present = parent.childNodes[index];
    if (!present) parent.append(next);
    else if (present.nodeName !== next.nodeName || next.classList?.contains("changed")) present.replaceWith(next);
    else if (next.nodeType === Node.TEXT_NODE) {
      if (present.data !== next.data) present.data = next.data;
    } else {
      for (const name of present.getAttributeNames()) if (!next.hasAttribute(name)) present.removeAttribute(name);
      for (const { name, value } of next.attributes) if (present.getAttribute(name) !== value) present.setAttribute(name, value);
      patch(present, [...next.childNodes]);
    }
  });
  while (parent.childNodes.length > children.length) parent.lastChild.remove();
}

export const byId = (id) => document.getElementById(id);

function set(element, attributes) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
}
