type Props = Record<string, string | boolean | ((event: Event) => void)>;

/** An element with attributes, listeners (functions) and children. Strings become text nodes: there is no way in for HTML. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Props = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name, value);
    else if (value !== false) element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children);
  return element;
}

/** A button. */
export function button(props: Props, ...children: (Node | string)[]): HTMLButtonElement {
  return h("button", { type: "button", ...props }, ...children);
}

const SVG = "http://www.w3.org/2000/svg";

/** A 24 by 24 line drawing, hidden from assistive technology. */
export function icon(path: string): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  svg.append(line);
  return svg;
}

export const ICONS = {
  chat: "M4 5h16v11H11l-5 4v-4H4z M8 9.2h8 M8 12.2h5",
  close: "M6 6l12 12 M18 6L6 18",
  options: "M4 7h16 M4 12h16 M4 17h16",
  send: "M12 19V5 M6 11l6-6 6 6",
  alert: "M12 4L2.5 20h19z M12 10v4.5 M12 17.4v.1",
};
