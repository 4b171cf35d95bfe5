import { h } from "./dom";
import type { Strings } from "./strings";

type Words = Pick<Strings, "lang" | "newTab">;

const ALLOWED = ["https:", "mailto:", "tel:"];

/** The address itself when a link may lead there (https, mailto, tel), else null. */
export function safeAddress(address: string): string | null {
  try {
    const url = new URL(address);
    return ALLOWED.includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/**
 * A link that opens in a new tab and tells the other site nothing, or plain text when the address is not allowed.
 * `own` says that the address was made here, not sent: the bot may be on plain http, as when one tries it out.
 */
export function link(text: string, address: string, words: Words, own = false): Node | string {
  const href = own ? address : safeAddress(address);
  if (!href) return text;
  const hint = h("span", { class: "sr", lang: words.lang }, ` (${words.newTab})`);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer" }, text, hint);
}

// A web address, or a telephone number as people write them: +44 20 7946 0000, 01 02 03 04 05, (555) 010 0000, 1-800-555-0100,
// 116 123, 911. Not the digits of "1,000", "38.5", "24-hour", "50 %" or a date.
const FIND =
  /(https:\/\/[^\s<>"')\]]*[^\s<>"')\].,;:!?])|(?<![\w.,/-])(\+\d(?:[ ()-]{0,2}\d){5,14}|0\d(?:[ .]\d\d){4}|(?:1[ -])?(?:\(\d{3,5}\) ?)?\d{3,}(?:[ -]\d{3,})*)(?!\w|[.,/-]\d| ?[%°])/g;
const YEAR = /^(19|20)\d\d$/;

/** The text as nodes, its web addresses and telephone numbers as links. */
export function linkify(text: string, words: Words): (Node | string)[] {
  const nodes: (Node | string)[] = [];
  let end = 0;
  for (const found of text.matchAll(FIND)) {
    const [whole, address, number] = found;
    if (number && YEAR.test(number)) continue;
    nodes.push(text.slice(end, found.index));
    nodes.push(address ? link(address, address, words) : h("a", { href: `tel:${whole.replace(/[^\d+]/g, "")}`, class: "tel" }, whole));
    end = found.index + whole.length;
  }
  nodes.push(text.slice(end));
  return nodes;
}
