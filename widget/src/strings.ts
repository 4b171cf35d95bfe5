import languages from "languages";
import en from "../strings/en.json";

/** The words of the interface in one language. English is the reference: every language has its keys. */
export type Strings = typeof en;

/** What of a language is there before the window is opened. */
export type Seed = Pick<Strings, "lang" | "dir" | "launcher" | "unread">;

const PATIENCE_MS = 4000;

const codeOf = (tag: string): string => tag.toLowerCase().split("-")[0] ?? "";

/** The first words for a BCP 47 tag ("es-MX" finds "es"), or English. */
export function seedFor(tag: string): Seed {
  const code = codeOf(tag);
  return (Object.hasOwn(languages, code) && languages[code]) || en;
}

/**
 * All strings of a seed's language. English is here already; another language is asked of the bot, once the window is
 * opened, and taken only when it is the file that this script was built with. Where that fails, it is English.
 */
export function stringsFor({ lang }: Seed, server: string): Strings | Promise<Strings> {
  if (lang === en.lang) return en;
  const { file, integrity } = languages[lang]!;
  return fetch(`${server}/widget/v1/${file}`, { integrity, credentials: "omit", signal: AbortSignal.timeout(PATIENCE_MS) })
    .then((response) => response.json())
    .then((strings: Partial<Strings>) => ({ ...en, ...strings }))
    .catch(() => en);
}
