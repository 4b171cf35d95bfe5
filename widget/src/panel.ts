import type { Api, Choice } from "./api";
import { Conversation, type Problem, type View } from "./conversation";
import { ICONS, button, h, icon } from "./dom";
import { linkify } from "./links";
import { CONTENT, choiceNodes, replyNodes } from "./reply";
import type { Entry, Got, Said, Store } from "./store";
import type { Strings } from "./strings";
import { copied, download, print, transcript } from "./transcript";

const MAX_CHARACTERS = 1000;
const COUNT_FROM = 900;
const THINKING_AFTER_MS = 600;
const SLOW_AFTER_MS = 10_000;
const TOLD_FOR_MS = 6000;
const SIZE_STEP = 0.2;
const SIZES = 3;

/** What can help or not: not a greeting, and nobody in an emergency is asked for a vote. */
const RATED = ["answer", "not_covered"];

/** What the server understands in the articles' language, whatever the language of the interface. */
const FULL_DISCLAIMER = "Full disclaimer";

type ProblemKind = Problem["kind"] | "tooLong";

/** What the panel asks of the element it sits in. */
export interface Frame {
  close(): void;
  /** Something came in; the frame knows whether anyone can see it. */
  arrived(): void;
}

/** What the page that embeds the chat says about it. */
export interface Wishes {
  /** The panel's heading: the first of the page, where there is nothing else on it. */
  heading: "h1" | "h2";
  /** The numbers for the emergency line. */
  emergency: string;
  /** Questions to start with, in place of the bot's. */
  questions: string[];
}

/**
 * The inside of the chat window, and the only place where a conversation becomes visible.
 *
 * Live regions: `log` (polite) announces a reply once, by a single insertion; what the person said themselves is silent;
 * an emergency reply is an alert of its own; `status` says that an answer is being looked for; `alert` says what failed.
 * What is restored after a reload is announced by none of them.
 */
export class Panel implements View {
  readonly node: HTMLElement;
  readonly conversation: Conversation;

  readonly #log: HTMLElement;
  readonly #status = h("p", { class: "status", role: "status" });
  readonly #alert = h("div", { role: "alert" });
  readonly #problemBox: HTMLElement;
  readonly #retryButton: HTMLButtonElement;
  readonly #consent: HTMLElement;
  readonly #input: HTMLTextAreaElement;
  readonly #count = h("p", { class: "count", id: "count", hidden: true });
  readonly #sendButton: HTMLButtonElement;
  readonly #optionsButton: HTMLButtonElement;
  readonly #options: HTMLElement;
  readonly #server: string;
  readonly #strings: Strings;
  readonly #frame: Frame;
  readonly #wishes: Wishes;
  readonly #items = new Map<Said, HTMLElement>();
  #problemKind: ProblemKind | null = null;
  #timers: ReturnType<typeof setTimeout>[] = [];

  constructor(api: Api, store: Store, strings: Strings, frame: Frame, wishes: Wishes) {
    const s = strings;
    this.#strings = strings;
    this.#frame = frame;
    this.#wishes = wishes;
    const { emergency } = wishes;
    this.#server = api.server;
    this.conversation = new Conversation(api, store, this);

    this.#optionsButton = button(
      { "aria-label": s.options, "aria-expanded": "false", "aria-controls": "options", click: () => this.#toggleOptions() },
      icon(ICONS.options),
    );
    const option = (words: string, click: () => void) => button({ click }, words);
    this.#options = h(
      "div",
      { id: "options", class: "options", role: "group", "aria-label": s.options, hidden: true },
      option(s.smaller, () => this.#resize(-1)),
      option(s.larger, () => this.#resize(1)),
      option(s.copy, () => void this.#copy()),
      option(s.download, () => download(this.#transcript(), `marrow-${new Date().toISOString().slice(0, 10)}.txt`)),
      option(s.print, () => print(this.#transcript(), this.node, s)),
      h("p", {}, s.optionsNote),
      option(s.restart, () => this.#restart()),
      option(s.forget, () => this.#forget()),
    );
    const strip = emergency ? [`${s.emergencyCall} `, h("bdi", {}, ...linkify(`${emergency}.`, s))] : [s.emergency];

    this.#log = h("div", { class: "log", role: "log", "aria-label": s.log, tabindex: "0" });
    this.#retryButton = button({ class: "retry", hidden: true, click: () => this.#retry() }, s.retry);
    this.#problemBox = h("div", { class: "problem" }, this.#alert, this.#retryButton);

    this.#consent = h("p", { class: "consent" }, s.consent);
    this.#input = h("textarea", {
      id: "question",
      rows: "1",
      placeholder: s.placeholder,
      "aria-describedby": "count",
      enterkeyhint: "send",
      autocomplete: "off",
      input: () => this.#typed(),
      keydown: (event) => this.#key(event as KeyboardEvent),
    });
    this.#sendButton = button({ class: "send", "aria-label": s.send, click: () => this.#send() }, icon(ICONS.send));

    this.node = h(
      "div",
      { class: "panel", dir: s.dir },
      h(
        "header",
        {},
        h("div", {}, h(wishes.heading, { id: "title" }, s.title), h("p", { id: "subtitle" }, s.subtitle)),
        this.#optionsButton,
        button({ class: "close", "aria-label": s.close, click: () => frame.close() }, icon(ICONS.close)),
      ),
      this.#options,
      h("p", { class: "strip" }, ...strip),
      this.#log,
      this.#status,
      this.#problemBox,
      this.#consent,
      h(
        "div",
        { class: "composer" },
        h("div", { class: "field" }, h("label", { class: "sr", for: "question" }, s.input), this.#input, this.#count),
        this.#sendButton,
      ),
      h("footer", {}, `${s.disclaimer} `, button({ click: () => this.#say(FULL_DISCLAIMER) }, s.fullDisclaimer)),
    );

    for (const entry of this.conversation.saved.entries) this.#show(entry, false);
    this.draftGiven(this.conversation.saved.draft);
    this.#showConsent();
    this.#resize(0);
  }

  /** To be called each time the panel becomes visible: begins the conversation, or goes on with it. */
  shown(): void {
    this.#bringLastIntoView();
    if (!this.conversation.busy && !this.#problemKind) void this.conversation.pump();
  }

  focus(): void {
    this.#input.focus();
  }

  /** Escape: closes the options if they are open; says whether it did. */
  escape(): boolean {
    if (this.#options.hidden) return false;
    this.#toggleOptions();
    this.#optionsButton.focus();
    return true;
  }

  // What the conversation reports.

  added(entry: Entry): void {
    this.#show(entry, true);
    this.#showConsent();
    if ("got" in entry) this.#frame.arrived();
  }

  changed(said: Said, gone: boolean): void {
    const item = this.#items.get(said);
    if (!item) return;
    if (gone) item.remove();
    else if (said.state === "answered" && item !== this.#log.lastElementChild) this.#log.append(item);
    const state = item.querySelector(".state");
    if (state) state.textContent = said.state === "failed" ? this.#strings.notSent : "";
    this.#showConsent();
  }

  busy(is: boolean): void {
    const disabled = String(is);
    for (const button of [this.#sendButton, this.#retryButton, ...this.#log.querySelectorAll(".choice")]) {
      button.setAttribute("aria-disabled", disabled);
    }
    this.#timers.forEach(clearTimeout);
    this.#timers = [];
    this.#status.textContent = "";
    this.#status.classList.toggle("busy", is);
    if (!is) return;
    const say = (words: () => string) => () => {
      this.#status.textContent = words();
      this.#bringLastIntoView();
    };
    const { thinking, starting, slow } = this.#strings;
    this.#timers.push(setTimeout(say(() => (this.conversation.waiting ? thinking : starting)), THINKING_AFTER_MS));
    this.#timers.push(setTimeout(say(() => slow), SLOW_AFTER_MS));
  }

  problem(problem: Problem | null): void {
    if (problem) this.#showProblem(problem.kind, this.#explain(problem), problem.retry);
    else this.#clearProblem();
  }

  wiped(): void {
    this.#items.clear();
    this.#log.replaceChildren();
    this.draftGiven("");
    this.#showConsent();
  }

  draftGiven(text: string): void {
    this.#input.value = text;
    this.#typed();
  }

  // What the person does.

  #typed(): void {
    this.conversation.keep({ draft: this.#input.value });
    const length = characters(this.#input.value);
    this.#count.hidden = length < COUNT_FROM;
    this.#count.textContent = `${length} ${this.#strings.of} ${MAX_CHARACTERS} ${this.#strings.characters}`;
    const over = length > MAX_CHARACTERS;
    this.#count.classList.toggle("over", over);
    this.#input.setAttribute("aria-invalid", String(over));
    if (!over && this.#problemKind === "tooLong") this.#clearProblem();
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.#send();
  }

  #send(): void {
    const text = this.#input.value.trim();
    if (!text || this.conversation.busy) return;
    if (characters(text) > MAX_CHARACTERS) {
      this.#showProblem("tooLong", [this.#strings.tooLong], false);
      return;
    }
    this.draftGiven("");
    this.#say(text);
    this.focus();
  }

  #say(text: string, choice?: Choice): void {
    if (!this.conversation.busy) this.conversation.say(text, choice?.payload || undefined);
  }

  #retry(): void {
    if (this.conversation.busy) return;
    if (this.#problemKind === "eraseFailed") void this.#eraseAgain();
    else void this.conversation.pump();
  }

  #toggleOptions(show = this.#options.hidden): void {
    this.#options.hidden = !show;
    this.#optionsButton.setAttribute("aria-expanded", String(show));
  }

  #resize(by: number): void {
    const size = Math.max(0, Math.min(SIZES, this.conversation.saved.size + by));
    this.conversation.keep({ size });
    this.node.style.setProperty("--size", `${1 + size * SIZE_STEP}em`);
  }

  #transcript(): string {
    return transcript(this.conversation.saved.entries, this.#strings, new Date());
  }

  async #copy(): Promise<void> {
    this.#tell((await copied(this.#transcript())) ? this.#strings.copied : this.#strings.copyFailed);
  }

  /** A word in passing, in the status line, unless an answer is being waited for there. */
  #tell(words: string): void {
    if (this.conversation.busy) return;
    this.#status.textContent = words;
    this.#timers.push(setTimeout(() => (this.#status.textContent = ""), TOLD_FOR_MS));
  }

  #wipe(): void {
    this.#toggleOptions(false);
    this.focus();
    this.conversation.wipe();
  }

  #restart(): void {
    this.#wipe();
    void this.conversation.pump();
  }

  #forget(): void {
    this.#wipe();
    void this.#eraseAgain();
  }

  async #eraseAgain(): Promise<void> {
    if (!(await this.conversation.erase())) return;
    this.#clearProblem();
    const begin = button({ class: "choice", click: () => this.#restart() }, this.#strings.restart);
    if (!this.conversation.saved.entries.length) {
      this.#log.replaceChildren(h("div", { class: "item note" }, h("p", {}, this.#strings.erased), begin));
    }
  }

  // How it looks.

  #show(entry: Entry, live: boolean): void {
    if ("said" in entry) this.#showSaid(entry.said);
    else this.#showReply(entry, live);
  }

  #showSaid(said: Said): void {
    const item = h(
      "div",
      { class: "item mine", "aria-live": "off" },
      h("div", { class: "bubble" }, h("span", { class: "sr" }, `${this.#strings.you} `), h("bdi", {}, said.text)),
      h("p", { class: "state" }),
    );
    this.#items.set(said, item);
    this.#put(item);
    this.changed(said, false);
  }

  #showReply(entry: Got, live: boolean): void {
    const { outcome, suggestions } = entry.got.reply;
    const bubble = h("div", { class: "bubble", ...CONTENT }, ...replyNodes(entry.got, this.#strings, this.#server));
    const wished = entry === this.conversation.saved.entries[0] ? this.#wishes.questions : [];
    const choices = wished.length ? wished.map((title) => ({ title, payload: "" })) : suggestions;
    const content: Node[] = [bubble];
    if (RATED.includes(outcome)) content.push(this.#vote(entry, live));
    content.push(...choiceNodes(choices, this.#strings, (choice) => this.#say(choice.title, choice)));
    const item = h("div", { class: "item" });
    const urgent = outcome === "urgent";
    if (urgent) item.classList.add("urgent");
    // An alert is announced when its content changes, so it has to be there before.
    const alert = urgent && live;
    if (alert) item.setAttribute("role", "alert");
    else item.append(...content);
    this.#put(item);
    if (!alert) return;
    setTimeout(() => {
      item.append(...content);
      this.#bringIntoView(item);
    }, 50);
  }

  /** Asks whether an answer helped. That comes after the answer has been announced, and is not read out with it. */
  #vote(entry: Got, live: boolean): HTMLElement {
    const { rate, helpful, notHelpful, thanks, broken } = this.#strings;
    const buttons = [true, false].map((value) =>
      button({ click: () => void vote(value) }, value ? helpful : notHelpful),
    );
    const mark = () => buttons.forEach((each, at) => each.setAttribute("aria-pressed", String(entry.helpful === !at)));
    const vote = async (value: boolean) => {
      const stored = await this.conversation.rate(entry, value);
      mark();
      this.#tell(stored ? thanks : broken);
    };
    mark();
    const group = h("div", { class: "vote", role: "group", "aria-label": rate, "aria-live": "off" });
    const fill = () => group.append(h("span", { "aria-hidden": "true" }, rate), ...buttons);
    if (live) setTimeout(fill, 50);
    else fill();
    return group;
  }

  #put(item: HTMLElement): void {
    for (const note of this.#log.querySelectorAll(".note")) note.remove();
    this.#log.append(item);
    this.#bringIntoView(item);
  }

  /** Scrolls to the end of an item, but never past the beginning of it or of the question it answers. */
  #bringIntoView(item: HTMLElement): void {
    const before = item.previousElementSibling;
    const from = before instanceof HTMLElement && before.classList.contains("mine") ? before : item;
    this.#log.scrollTop = Math.min(from.offsetTop - 12, this.#log.scrollHeight);
  }

  #bringLastIntoView(): void {
    const last = this.#log.lastElementChild;
    if (last instanceof HTMLElement) this.#bringIntoView(last);
  }

  #explain({ kind, said }: Problem): (Node | string)[] {
    if (said) return [h("div", CONTENT, ...replyNodes(said, this.#strings, this.#server).slice(1))];
    const kept = kind !== "eraseFailed" && this.conversation.waiting ? ` ${this.#strings.kept}` : "";
    return [this.#strings[kind] + kept];
  }

  #showProblem(kind: ProblemKind, words: (Node | string)[], retry: boolean): void {
    this.#problemKind = kind;
    this.#alert.replaceChildren(h("div", {}, ...words));
    this.#retryButton.hidden = !retry;
    this.#problemBox.classList.add("shown");
    this.#bringLastIntoView();
  }

  #clearProblem(): void {
    if (!this.#problemKind) return;
    this.#problemKind = null;
    if (this.#retryButton.matches(":focus")) this.focus();
    this.#alert.replaceChildren();
    this.#retryButton.hidden = true;
    this.#problemBox.classList.remove("shown");
  }

  #showConsent(): void {
    this.#consent.hidden = this.conversation.saved.entries.some((entry) => "said" in entry);
  }
}

/** Counted as the server counts: code points after NFKC. */
function characters(text: string): number {
  return [...text.normalize("NFKC").trim()].length;
}
