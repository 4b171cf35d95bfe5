import languages from "languages";
import en from "../strings/en.json";

/** The words of the interface in one language. English is the reference: every language has its keys. */
export type Strings = typeof en;

/** What of a language is there before the window is opened. */
export type Seed = Pick<Strings, "dir" | "launcher" | "unread">;

const PATIENCE_MS = 4000;

/** The language for a BCP 47 tag ("es-MX" is "es"): one that there is, else English. */
export function languageOf(tag: string): string {
  const code = tag.toLowerCase().split("-")[0] ?? "";
  return Object.hasOwn(languages, code) ? code : en.lang;
}

export function seedFor(language: string): Seed {
  return languages[language] ?? en;
}

/**
 * All strings of a language. English is here already; another is asked of the bot, once the window is opened. Where that
 * fails, it is English; where a string is missing, that string is.
 */
export function stringsFor(language: string, server: string): Strings | Promise<Strings> {
  const hash = languages[language]?.hash;
  if (!hash) return en;
  const address = `${server}/widget/v1/${language}.${hash}.json`;
  return fetch(address, { credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) })
    .then((response) => response.json())
    .then((strings: Partial<Strings>) => ({ ...en, ...strings, lang: language }))
    .catch(() => en);
}
