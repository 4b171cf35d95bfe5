import type { Message } from "./api";

/** One part of a reply's text. A `quote` and a `say` hold paragraphs (strings) and bullet lists (lists of strings). */
export type Block =
  | { kind: "quote" | "say"; parts: (string | string[])[] }
  | { kind: "plain"; label: string; text: string }
  | { kind: "source"; text: string }
  | { kind: "disclaimer"; text: string };

const PLAIN = /^(In plain words:)\s*(.*)$/;
const SOURCE = /^Sources?:/;
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
    else addLine(found, quoted.has(at) ? "quote" : "say", line);
  });
  if (disclaimer) found.push({ kind: "disclaimer", text: disclaimer });
  return found;
}

/**
 * Which lines are the article's own words. A passage is a line; an `answer` begins with its passages, a `not_covered` has
 * them just before its source line. Where the lines and the number of passages do not fit together, none is called a
 * quotation: rather that than to put the assistant's words into the article's mouth.
 */
function quotation(lines: string[], outcome: string, passages: number): Set<number> {
  const quoted = new Set<number>();
  const sources = lines.filter((line) => SOURCE.test(line)).length;
  if (!passages || !sources) return quoted;
  if (outcome === "not_covered" && sources === 1) {
    const end = lines.findIndex((line) => SOURCE.test(line));
    for (let at = end - passages; at < end && at >= 0; at++) quoted.add(at);
    return quoted;
  }
  if (outcome !== "answer") return quoted;
  // The lines of each part of the answer that stand before its plain words or its source.
  const candidates: number[] = [];
  let quoting = true;
  let left = sources;
  lines.forEach((line, at) => {
    if (PLAIN.test(line)) quoting = false;
    else if (SOURCE.test(line)) quoting = --left > 0;
    else if (quoting) candidates.push(at);
  });
  const fits = sources === 1 ? candidates.length >= passages : candidates.length === passages;
  return fits ? new Set(candidates.slice(0, passages)) : quoted;
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
