import type { Message } from "./api";

/** One part of a reply's text. A `quote` and a `say` hold paragraphs (strings) and bullet lists (lists of strings). */
export type Block =
  | { kind: "quote" | "say"; parts: (string | string[])[] }
  | { kind: "plain"; label: string; text: string }
  | { kind: "source"; text: string }
  | { kind: "disclaimer"; text: string };

const PLAIN = /^(In plain words:)\s*(.*)$/;
const SOURCE = /^Sources?:/;
/** The assistant's own word on a gap in the quotation before it. */
const GAP = /this part is missing from it\.$/;
const BULLET = "• ";

/** A disclaimer longer than this was asked for: it is the answer, not small print. */
const SMALL_PRINT = 300;

/** The disclaimer that ends a reply's text as its small print, or "". */
export function smallPrint({ text, reply }: Message): string {
  return reply.disclaimer.length <= SMALL_PRINT && text.endsWith(reply.disclaimer) ? reply.disclaimer : "";
}

/** The blocks of a reply, in the order of its text. */
export function blocks(message: Message): Block[] {
  const { text, reply } = message;
  const disclaimer = smallPrint(message);
  const lines = text
    .slice(0, text.length - disclaimer.length)
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  const quoted = quotation(lines, reply.outcome, reply.passages.length);

  const found: Block[] = [];
  lines.forEach((line, at) => {
    const plain = PLAIN.exec(line);
    if (plain) found.push({ kind: "plain", label: plain[1] ?? "", text: plain[2] ?? "" });
    else if (SOURCE.test(line)) found.push({ kind: "source", text: line });
    else addLine(found, quoted.includes(at) ? "quote" : "say", line);
  });
  if (disclaimer) found.push({ kind: "disclaimer", text: disclaimer });
  return found;
}

/**
 * Which lines are the article's own words. A passage is a line; an `answer` begins with its passages, or with one kind
 * word and then they, a `not_covered` has them just before its source line. Where the lines and the number of passages
 * do not fit together, none is called a quotation: rather that than to put the assistant's words into the article's mouth.
 */
function quotation(lines: string[], outcome: string, passages: number): number[] {
  const sources = lines.filter((line) => SOURCE.test(line)).length;
  let left = sources;
  let quoting = true;
  const before: number[] = [];
  lines.forEach((line, at) => {
    if (PLAIN.test(line)) quoting = false;
    else if (SOURCE.test(line)) quoting = --left > 0;
    else if (quoting && !GAP.test(line)) before.push(at);
  });
  const over = before.length - passages;
  // Without plain words, a line too many in an answer could as well be a note that follows the quotation.
  const silent = outcome === "not_covered";
  const leads = silent || (over === 1 && lines.some((line) => PLAIN.test(line)));
  if (sources === 1 && over > 0 && leads) before.splice(0, over);
  return (silent || outcome === "answer") && sources && before.length === passages ? before : [];
}

function addLine(found: Block[], kind: "quote" | "say", line: string): void {
  let block = found.at(-1);
  if (block?.kind !== kind) {
    block = { kind, parts: [] };
    found.push(block);
  }
  if (!line.startsWith(BULLET)) {
    block.parts.push(line);
    return;
  }
  const bullet = line.slice(BULLET.length);
  const list = block.parts.at(-1);
  if (Array.isArray(list)) list.push(bullet);
  else block.parts.push([bullet]);
}
