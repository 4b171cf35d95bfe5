/** The widget's channel, as docs/api.md has it. */

export interface Choice {
  title: string;
  payload: string;
}

export interface Citation {
  section: string;
  url: string;
}

export interface Message {
  reply_id: string;
  text: string;
  reply: {
    outcome: string;
    /** The article's id. */
    article: string;
    /** The passages that the text quotes, a line each. */
    passages: string[];
    citations: Citation[];
    disclaimer: string;
    suggestions: Choice[];
  };
}

export type Turn = { id: string } & ({ text: string } | { choice: string });

export interface Session {
  token: string;
  greeting: Message;
}

/** Why a call failed: what was refused has an HTTP status, and the server's own words in `said` when it sent any. */
export class Failure extends Error {
  constructor(
    readonly kind: "unreachable" | "timeout" | "broken",
    readonly status = 0,
    readonly said: Message | null = null,
  ) {
    super(kind);
  }
}

const TIMEOUT_MS = 30_000;

type Json = Record<string, unknown>;

function object(value: unknown): Json {
  return typeof value === "object" && value !== null ? (value as Json) : {};
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

/** A Message out of whatever came, its unknown parts left out; null when it has no text to show. */
export function readMessage(value: unknown): Message | null {
  const from = object(Array.isArray(value) ? value[0] : value);
  const text = string(from.text).trim();
  if (!text) return null;
  const reply = object(from.reply);
  return {
    reply_id: string(from.reply_id),
    text,
    reply: {
      outcome: string(reply.outcome),
      article: string(reply.article),
      passages: Array.isArray(reply.passages) ? reply.passages.map(string) : [],
      citations: list(reply.citations).map((c) => ({
        section: string(c.section),
        url: string(c.url),
      })),
      disclaimer: string(reply.disclaimer).trim(),
      suggestions: list(reply.suggestions)
        .map((s) => ({ title: string(s.title).trim(), payload: string(s.payload) }))
        .filter((s) => s.title && s.payload),
    },
  };
}

export class Api {
  /** `server` is the origin of the bot, without a slash at its end; "" is the page's own. */
  constructor(readonly server: string) {}

  async session(signal: AbortSignal): Promise<Session> {
    const answer = object(await this.#post("session", {}, null, signal));
    const greeting = readMessage(answer.greeting);
    const token = string(answer.token);
    if (!token || !greeting) throw new Failure("broken");
    return { token, greeting };
  }

  async message(token: string, turn: Turn, signal: AbortSignal): Promise<Message> {
    const message = readMessage(await this.#post("message", turn, token, signal));
    if (!message) throw new Failure("broken");
    return message;
  }

  /** Says whether a reply helped; the server stores the vote without any text. */
  async feedback(token: string, reply_id: string, helpful: boolean): Promise<void> {
    await this.#post("feedback", { reply_id, helpful }, token);
  }

  /** Erases the conversation on the server. A token that is dead already counts as erased. */
  async forget(token: string): Promise<void> {
    try {
      await this.#post("forget", {}, token);
    } catch (error) {
      if (!(error instanceof Failure && error.status === 401)) throw error;
    }
  }

  async #post(call: string, body: object, token: string | null, signal?: AbortSignal): Promise<unknown> {
    const late = new AbortController();
    const stop = () => late.abort();
    const timer = setTimeout(stop, TIMEOUT_MS);
    signal?.addEventListener("abort", stop);
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${this.server}/webhooks/web/${call}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", ...(token && { Authorization: `Bearer ${token}` }) },
        body: JSON.stringify(body),
        credentials: "omit",
        redirect: "error",
        signal: late.signal,
      });
      text = await response.text();
    } catch {
      throw new Failure(late.signal.aborted ? "timeout" : "unreachable");
    } finally {
      clearTimeout(timer);
    }
    let json: unknown = null;
    try {
      json = JSON.parse(text);
    } catch {
      if (response.ok && text) throw new Failure("broken");
    }
    if (response.ok) return json;
    throw new Failure("broken", response.status, readMessage(json));
  }
}
