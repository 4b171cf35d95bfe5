import { Failure, type Api, type Message } from "./api";
import type { Entry, Got, Said, Saved, Store } from "./store";

/** What can be wrong, for the view to put into words. `retry` says whether trying again may help. */
export interface Problem {
  kind: "offline" | "unreachable" | "timeout" | "broken" | "eraseFailed";
  said: Message | null;
  retry: boolean;
}

export interface View {
  added(entry: Entry): void;
  /** The state of something said has changed; `gone` when it was taken back. */
  changed(said: Said, gone: boolean): void;
  busy(is: boolean): void;
  problem(problem: Problem | null): void;
  wiped(): void;
  /** The draft was set by the conversation: a question that the server would not take is given back. */
  draftGiven(text: string): void;
}

/**
 * The conversation: what was said and answered, the session, and a queue of one sender. Knows nothing of the page.
 *
 * Whatever was said stays until it is answered: a failure stops the queue, `pump` starts it again with the same id, so
 * that the server can tell a repeat from a second question.
 */
export class Conversation {
  readonly #api: Api;
  readonly #store: Store;
  readonly #view: View;
  /** For others to read. */
  readonly saved: Saved;
  busy = false;
  #abort = new AbortController();

  constructor(api: Api, store: Store, view: View) {
    this.#api = api;
    this.#store = store;
    this.#view = view;
    this.saved = store.load();
  }

  /** Remembers what the view wants to find again after a reload. */
  keep(part: Partial<Pick<Saved, "draft" | "open" | "size">>): void {
    Object.assign(this.saved, part);
    this.#save();
  }

  /** The question that waits for its answer, if any. */
  get waiting(): Said | undefined {
    return waitingIn(this.saved);
  }

  say(text: string, choice?: string): void {
    this.#add({ said: { id: randomId(), text, choice, state: "waiting" } });
    void this.pump();
  }

  /** Does all that is left to do: begins a session, sends what waits, erases what is doomed. Also the way to try again. */
  async pump(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.#view.busy(true);
    const { signal } = this.#abort;
    let problem: Problem | null = null;
    try {
      if (!this.saved.token) {
        await this.#begin(signal).catch(async (error) => {
          // An emergency is answered without a session too.
          const said = this.waiting;
          const message = said && (await this.#api.message("", said, signal).catch(() => null));
          if (message?.reply.outcome !== "urgent") throw error;
          this.#answered(said!, message);
        });
      }
      for (let said = this.waiting; said && !signal.aborted; said = this.waiting) await this.#deliver(said, signal);
    } catch (error) {
      if (!signal.aborted) problem = this.#explain(error);
    }
    if (signal.aborted) return;
    this.busy = false;
    this.#view.busy(false);
    this.#view.problem(problem);
    if (!problem) await this.erase();
  }

  /** Tells the server whether a reply helped; says whether it took it. */
  async rate(entry: Got, helpful: boolean): Promise<boolean> {
    try {
      await this.#api.feedback(this.saved.token, entry.got.reply_id, helpful);
    } catch {
      return false;
    }
    entry.helpful = helpful;
    this.#save();
    return true;
  }

  /** Forgets the conversation here, and marks it to be erased on the server. */
  wipe(): void {
    this.#abort.abort();
    this.#abort = new AbortController();
    this.busy = false;
    const { token, doomed } = this.saved;
    Object.assign(this.saved, { token: "", doomed: token ? [...doomed, token] : doomed, entries: [], draft: "" });
    this.#save();
    this.#view.busy(false);
    this.#view.problem(null);
    this.#view.wiped();
  }

  /** Erases on the server what was forgotten here; says whether all of it is gone. */
  async erase(): Promise<boolean> {
    try {
      for (const token of this.saved.doomed) {
        await this.#api.forget(token);
        this.saved.doomed = this.saved.doomed.filter((other) => other !== token);
        this.#save();
      }
      return true;
    } catch {
      this.#view.problem({ kind: "eraseFailed", said: null, retry: true });
      return false;
    }
  }

  async #begin(signal: AbortSignal): Promise<void> {
    const { token, greeting } = await this.#api.session(signal);
    if (signal.aborted) return;
    this.saved.token = token;
    if (this.saved.entries.length) this.#save();
    else this.#add({ got: greeting });
  }

  async #deliver(said: Said, signal: AbortSignal): Promise<void> {
    let message: Message;
    try {
      message = await this.#api.message(this.saved.token, { id: said.id, ...body(said) }, signal);
    } catch (error) {
      if (!(error instanceof Failure && error.status === 401)) throw error;
      // The session is over. A choice is a key of that session: in the next one its words are sent instead.
      this.saved.token = "";
      said.choice = undefined;
      await this.#begin(signal);
      message = await this.#api.message(this.saved.token, { id: said.id, ...body(said) }, signal);
    }
    if (signal.aborted) return;
    // A turn that failed is no answer: the question stays, to be sent again.
    if (message.reply.outcome === "error") throw new Failure("broken", 200, message);
    this.#answered(said, message);
  }

  #answered(said: Said, message: Message): void {
    said.state = "answered";
    // A question that had to wait moves down, to stand with its answer.
    this.#remove(said);
    this.saved.entries.push({ said });
    this.#view.changed(said, false);
    this.#add({ got: message });
  }

  #explain(error: unknown): Problem {
    const failure = error instanceof Failure ? error : new Failure("broken");
    const said = this.waiting;
    // Refusals of the message itself: sending the same again cannot help.
    const hopeless = failure.status === 400 || failure.status === 413;
    if (said && hopeless) {
      this.#remove(said);
      this.#view.changed(said, true);
      if (said.choice === undefined && !this.saved.draft) {
        this.saved.draft = said.text;
        this.#view.draftGiven(said.text);
      }
    } else if (said) {
      said.state = "failed";
      this.#view.changed(said, false);
    }
    this.#save();
    let kind: Problem["kind"] = failure.kind;
    if (kind === "unreachable" && !navigator.onLine) kind = "offline";
    return { kind, said: failure.said, retry: !hopeless };
  }

  #add(entry: Entry): void {
    this.saved.entries.push(entry);
    this.#save();
    this.#view.added(entry);
  }

  #remove(said: Said): void {
    this.saved.entries = this.saved.entries.filter((entry) => !("said" in entry && entry.said === said));
  }

  #save(): void {
    this.#store.save(this.saved);
  }
}

/** The next question to be sent: what was just said, which may be urgent, else the first that failed. */
export function waitingIn({ entries }: Saved): Said | undefined {
  let failed: Said | undefined;
  for (const entry of entries) {
    if (!("said" in entry)) continue;
    if (entry.said.state === "waiting") return entry.said;
    if (entry.said.state === "failed") failed ??= entry.said;
  }
  return failed;
}

function body(said: Said): { choice: string } | { text: string } {
  return said.choice === undefined ? { text: said.text } : { choice: said.choice };
}

/** 128 random bits; crypto.randomUUID would need https. */
function randomId(): string {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}
