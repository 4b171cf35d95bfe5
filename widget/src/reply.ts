import type { Choice, Message } from "./api";
import { ICONS, button, h, icon } from "./dom";
import { link, linkify, safeAddress } from "./links";
import type { Strings } from "./strings";
import { blocks, type Block } from "./text";

/** Answers are in the language of the articles, whatever that of the interface. */
export const CONTENT = { lang: "en", dir: "ltr" };

/** The parts of a reply as nodes; what they sit in is up to the panel. `server` is where the articles can be read. */
export function replyNodes(message: Message, strings: Strings, server: string): Node[] {
  const { outcome, article, citations, passages } = message.reply;
  const urls = citations.map(({ url }) => url).filter(safeAddress);
  const nodes: Node[] = [h("span", { class: "sr", lang: strings.lang }, `${strings.bot} `)];
  if (outcome === "urgent") nodes.push(h("p", { class: "label", lang: strings.lang }, icon(ICONS.alert), ` ${strings.urgent}`));
  const found = blocks(message);
  const sections = citations.map(({ section }) => section).filter(Boolean);
  const single = found.filter(({ kind }) => kind === "quote").length < sections.length;
  const kinds = [...new Set(passages.map((id) => id.split(".")[0]))];
  for (const block of found) {
    if (block.kind === "source") {
      // Without an address of its own, a source opens on the bot's page of all questions.
      const place = `${article}-${kinds.shift() ?? ""}`;
      const page = /^\w[\w-]*\w$/.test(place) ? `${server}/questions#${place}` : "";
      nodes.push(h("p", { class: "small" }, ...sourceNodes(block.text, strings, urls, page)));
      continue;
    }
    const section = block.kind === "quote" ? (single ? sections.join(", ") : sections.shift()) : undefined;
    nodes.push(blockNode(block, strings, section));
  }
  return nodes;
}

function blockNode(block: Exclude<Block, { kind: "source" }>, strings: Strings, section: string | undefined): Node {
  switch (block.kind) {
    case "quote":
      return h(
        "figure",
        {},
        h("figcaption", { class: "label" }, h("span", { lang: strings.lang }, strings.quoted), section ? ` · ${section}` : ""),
        h("blockquote", {}, ...partNodes(block.parts, (text) => [text])),
      );
    case "say":
      return h("div", { class: "say" }, ...partNodes(block.parts, (text) => linkify(text, strings)));
    case "plain":
      return h("div", { class: "plain" }, h("p", { class: "label" }, block.label), h("p", {}, ` ${block.text}`));
    case "disclaimer":
      return h("p", { class: "small disclaimer" }, block.text);
  }
}

function partNodes(parts: (string | string[])[], inline: (text: string) => (Node | string)[]): Node[] {
  return parts.map((part) =>
    Array.isArray(part) ? h("ul", {}, ...part.map((item) => h("li", {}, ...inline(item)))) : h("p", {}, ...inline(part)),
  );
}

/** The source line: what it names is a link to its own address, which then need not be read out, or else to `page`. */
function sourceNodes(text: string, strings: Strings, urls: string[], page: string): (Node | string)[] {
  const url = urls.find((address) => text.endsWith(address));
  if (!url && (!page || text.includes("://"))) return linkify(text, strings);
  const colon = text.indexOf(":") + 1;
  const name = text.slice(colon, url ? -url.length : undefined).replace(/[\s,.;:(<-]+$/, "").trim();
  return name ? [`${text.slice(0, colon)} `, link(name, url ?? page, strings, !url)] : linkify(text, strings);
}

/** A group of buttons under a reply. */
export function choiceNodes(choices: Choice[], strings: Strings, choose: (choice: Choice) => void): Node[] {
  if (!choices.length) return [];
  const buttons = choices.map((choice) =>
    // A key comes with words in the language of the answers; without one they are the page's own.
    button({ class: "choice", ...(choice.payload && CONTENT), click: () => choose(choice) }, choice.title),
  );
  return [h("div", { class: "choices", role: "group", "aria-label": strings.choices }, ...buttons)];
}
