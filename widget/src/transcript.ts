import { h } from "./dom";
import type { Entry } from "./store";
import type { Strings } from "./strings";
import { smallPrint } from "./text";

/** The conversation as plain text: when it was taken down, who said what, and each disclaimer once, at the end. */
export function transcript(entries: readonly Entry[], strings: Strings, now: Date): string {
  const disclaimers = new Set([strings.disclaimer]);
  const said = entries.map((entry) => {
    if ("said" in entry) return `${strings.you} ${entry.said.text}`;
    const disclaimer = smallPrint(entry.got);
    if (disclaimer) disclaimers.add(disclaimer);
    return `${strings.bot} ${entry.got.text.slice(0, entry.got.text.length - disclaimer.length).trim()}`;
  });
  return [`${strings.title} · ${now.toLocaleString(strings.lang)}`, ...said, ...disclaimers].join("\n\n") + "\n";
}

/** Copies a text; says whether the browser let it. */
export async function copied(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false; // refused, or no clipboard because the page is not on https
  }
}

/** Hands a text to the browser as a file. */
export function download(text: string, name: string): void {
  const href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  h("a", { href, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
}

/** Prints a text alone, without the page around it: from a frame of its own, which goes when the next one comes. */
export function print(text: string, within: Node, { title, lang, dir }: Strings): void {
  const frame = h("iframe", { class: "sr print", "aria-hidden": "true", tabindex: "-1" });
  for (const old of (within as Element).querySelectorAll(".print")) old.remove();
  within.appendChild(frame);
  const view = frame.contentWindow!;
  const page = view.document;
  page.title = title;
  page.documentElement.lang = lang;
  page.documentElement.dir = dir;
  page.body.append(text);
  page.body.style.cssText = "font:12pt/1.5 sans-serif;white-space:pre-wrap;unicode-bidi:plaintext";
  view.focus();
  view.print();
}
