import { readMessage, type Message } from "./api";

/** What the person said: `waiting` until it is answered, `failed` once a try has failed. */
export interface Said {
  id: string;
  text: string;
  choice?: string | undefined;
  state: "waiting" | "failed" | "answered";
}

export type Entry = { said: Said } | { got: Message };

/** All that outlives a reload, in this tab only. */
export interface Saved {
  token: string;
  /** Tokens whose conversations are erased here and still have to be erased on the server. */
  doomed: string[];
  entries: Entry[];
  draft: string;
  open: boolean;
}

const VERSION = 1;

/** sessionStorage under one key. A browser that forbids it only loses the reload: nothing here throws. */
export class Store {
  private readonly key: string;

  constructor(server: string) {
    this.key = `marrow-chat ${server}`;
  }

  load(): Saved {
    const empty: Saved = { token: "", doomed: [], entries: [], draft: "", open: false };
    try {
      const saved = JSON.parse(sessionStorage.getItem(this.key) ?? "null");
      if (saved?.version !== VERSION) return empty;
      return {
        token: String(saved.token),
        doomed: saved.doomed.map(String),
        entries: saved.entries.map(readEntry),
        draft: String(saved.draft),
        open: saved.open === true,
      };
    } catch {
      return empty;
    }
  }

  save(saved: Saved): void {
    try {
      const nothing = !saved.token && !saved.doomed.length && !saved.entries.length && !saved.draft && !saved.open;
      if (nothing) sessionStorage.removeItem(this.key);
      else sessionStorage.setItem(this.key, JSON.stringify({ version: VERSION, ...saved }));
    } catch {
      // Storage is off or full: the conversation lives on in memory.
    }
  }
}

function readEntry(entry: { said?: Said; got?: unknown }): Entry {
  if (entry.said) {
    const { id, text, choice, state } = entry.said;
    return { said: { id: String(id), text: String(text), choice: choice === undefined ? undefined : String(choice), state } };
  }
  const got = readMessage(entry.got);
  if (!got) throw new Error("not a message");
  return { got };
}
