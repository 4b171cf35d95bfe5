import { readMessage, type Message } from "./api";

/** What the person said: `waiting` until it is answered, `failed` once a try has failed. */
export interface Said {
  id: string;
  text: string;
  choice?: string | undefined;
  state: "waiting" | "failed" | "answered";
}

/** `helpful` is what the person thought of a reply, once they said so. */
export type Got = { got: Message; helpful?: boolean | undefined };
export type Entry = { said: Said } | Got;

/** All that outlives a reload, in this tab only. */
export interface Saved {
  token: string;
  /** Tokens whose conversations are erased here and still have to be erased on the server. */
  doomed: string[];
  entries: Entry[];
  draft: string;
  open: boolean;
  /** How much larger than usual the text is, in steps. */
  size: number;
}

const VERSION = 1;

/** sessionStorage under one key. A browser that forbids it only loses the reload: nothing here throws. */
export class Store {
  readonly #key: string;

  constructor(server: string) {
    this.#key = `marrow-chat ${server}`;
  }

  load(): Saved {
    const empty: Saved = { token: "", doomed: [], entries: [], draft: "", open: false, size: 0 };
    try {
      const saved = JSON.parse(sessionStorage.getItem(this.#key) ?? "null");
      if (saved?.version !== VERSION) return empty;
      return {
        token: String(saved.token),
        doomed: saved.doomed.map(String),
        entries: saved.entries.map(readEntry),
        draft: String(saved.draft),
        open: saved.open === true,
        size: Number(saved.size) || 0,
      };
    } catch {
      return empty;
    }
  }

  save(saved: Saved): void {
    try {
      const { token, doomed, entries, draft, open, size } = saved;
      if (!token && !doomed.length && !entries.length && !draft && !open && !size) sessionStorage.removeItem(this.#key);
      else sessionStorage.setItem(this.#key, JSON.stringify({ version: VERSION, ...saved }));
    } catch {
      // Storage is off or full: the conversation lives on in memory.
    }
  }
}

function readEntry(entry: { said?: Said; got?: unknown; helpful?: boolean | undefined }): Entry {
  if (entry.said) return { said: { ...entry.said, text: String(entry.said.text) } };
  const got = readMessage(entry.got);
  if (!got) throw new Error("not a message");
  return { got, helpful: entry.helpful };
}
