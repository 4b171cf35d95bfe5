import type { Choice, Message } from "./api";
import { ICONS, h, icon } from "./dom";
import { link, linkify, safeAddress } from "./links";
import type { Strings } from "./strings";
import { blocks, type Block } from "./text";

/** The parts of a reply as nodes; what they sit in is up to the panel. */
export function replyNodes(message: Message, strings: Strings): Node[] {
  const { outcome, citations } = message.reply;
  const urls = citations.map(({ url }) => url).filter(safeAddress);
  const nodes: Node[] = [h("span", { class: "sr" }, `${strings.bot} `)];
  if (outcome === "urgent") nodes.push(h("p", { class: "label" }, icon(ICONS.alert), strings.urgent));
  const found = blocks(message);
  const sections = citations.map(({ section }) => section).filter(Boolean);
  const single = found.filter(({ kind }) => kind === "quote").length < sections.length;
  for (const block of found) {
    const section = block.kind === "quote" ? (single ? sections.join(", ") : sections.shift()) : undefined;
    nodes.push(blockNode(block, strings, section, urls));
  }
  return nodes;
}

function blockNode(block: Block, strings: Strings, section: string | undefined, urls: string[]): Node {
  switch (block.kind) {
    case "quote":
      return h(
        "figure",
        {},
        h("figcaption", { class: "label" }, strings.quoted + (section ? ` · ${section}` : "")),
        h("blockquote", {}, ...partNodes(block.parts, (text) => [document.createTextNode(text)])),
      );
    case "say":
      return h("div", { class: "say" }, ...partNodes(block.parts, (text) => linkify(text, strings.newTab)));
    case "plain":
      return h("div", { class: "plain" }, h("p", { class: "label" }, block.label), h("p", {}, ` ${block.text}`));
    case "source":
      return h("p", { class: "small" }, ...sourceNodes(block.text, strings, urls));
    case "disclaimer":
      return h("p", { class: "small disclaimer" }, block.text);
  }
}

function partNodes(parts: (string | string[])[], inline: (text: string) => Node[]): Node[] {
  return parts.map((part) =>
    Array.isArray(part) ? h("ul", {}, ...part.map((item) => h("li", {}, ...inline(item)))) : h("p", {}, ...inline(part)),
  );
}

/** The source line. When it ends in its address, the words before the address carry the link. */
function sourceNodes(text: string, strings: Strings, urls: string[]): Node[] {
  const url = urls.find((address) => text.includes(address));
  const colon = text.indexOf(":") + 1;
  const name = url && text.endsWith(url) ? text.slice(colon, -url.length).replace(/[\s,.;:(<-]+$/, "").trim() : "";
  if (url && name) return [document.createTextNode(`${text.slice(0, colon)} `), link(name, url, strings.newTab)];
  return linkify(text, strings.newTab);
}

/** The choices of a reply as a group of buttons. */
export function choiceNodes(choices: Choice[], strings: Strings, choose: (choice: Choice) => void): Node[] {
  if (!choices.length) return [];
  const buttons = choices.map((choice) => h("button", { type: "button", class: "choice", click: () => choose(choice) }, choice.title));
  return [h("div", { class: "choices", role: "group", "aria-label": strings.choices }, ...buttons)];
}
