import en from "../strings/en.json";

/** The words of the interface in one language. English is the reference: every language has its keys. */
export type Strings = typeof en;

const LANGUAGES: Record<string, Strings> = { en };

/** The strings for a BCP 47 tag ("en-GB" finds "en"), or English. */
export function stringsFor(tag: string): Strings {
  return LANGUAGES[tag.toLowerCase().split("-")[0] ?? ""] ?? en;
}
