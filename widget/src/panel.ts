import type { Api, Choice, Message } from "./api";
import { Conversation, type Problem, type View } from "./conversation";
import { ICONS, h, icon } from "./dom";
import { linkify } from "./links";
import { choiceNodes, replyNodes } from "./reply";
import type { Entry, Said, Store } from "./store";
import type { Strings } from "./strings";

const MAX_CHARACTERS = 1000;
const COUNT_FROM = 900;
const THINKING_AFTER_MS = 600;
const SLOW_AFTER_MS = 10_000;

/** What the server understands in the articles' language, whatever the language of the interface. */
const FULL_DISCLAIMER = "Full disclaimer";

/** What the panel asks of the element it sits in. */
export interface Frame {
  close(): void;
  /** Something came in; the frame knows whether anyone can see it. */
  arrived(): void;
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

  private readonly log: HTMLElement;
  private readonly status = h("p", { class: "status", role: "status" });
  private readonly alert = h("div", { role: "alert" });
  private readonly problemBox: HTMLElement;
  private readonly retryButton: HTMLButtonElement;
  private readonly consent: HTMLElement;
  private readonly input: HTMLTextAreaElement;
  private readonly count = h("p", { class: "count", id: "count", hidden: true });
  private readonly sendButton: HTMLButtonElement;
  private readonly optionsButton: HTMLButtonElement;
  private readonly options: HTMLElement;
  private readonly items = new Map<Said, HTMLElement>();
  private problemKind: Problem["kind"] | "tooLong" | null = null;
  private timers: ReturnType<typeof setTimeout>[] = [];

  constructor(
    api: Api,
    store: Store,
    private readonly strings: Strings,
    private readonly frame: Frame,
    emergencyNumbers: string,
  ) {
    const s = strings;
    this.conversation = new Conversation(api, store, this);

    this.optionsButton = h(
      "button",
      { type: "button", "aria-label": s.options, "aria-expanded": "false", "aria-controls": "options", click: () => this.toggleOptions() },
      icon(ICONS.options),
    );
    this.optionsButton.firstElementChild?.classList.add("dots");
    this.options = h(
      "div",
      { id: "options", class: "options", role: "group", "aria-label": s.options, hidden: true },
      h("p", {}, s.optionsNote),
      h("button", { type: "button", click: () => this.restart() }, s.restart),
      h("button", { type: "button", click: () => void this.forget() }, s.forget),
    );
    const strip = emergencyNumbers ? `${s.emergencyCall} ${emergencyNumbers}.` : s.emergency;

    this.log = h("div", { class: "log", role: "log", "aria-label": s.log, tabindex: "0" });
    this.retryButton = h("button", { type: "button", class: "retry", hidden: true, click: () => this.retry() }, s.retry);
    this.problemBox = h("div", { class: "problem" }, this.alert, this.retryButton);

    this.consent = h("p", { class: "consent" }, s.consent);
    this.input = h("textarea", {
      id: "question",
      rows: "1",
      placeholder: s.placeholder,
      "aria-describedby": "count",
      enterkeyhint: "send",
      autocomplete: "off",
      input: () => this.typed(),
      keydown: (event) => this.key(event as KeyboardEvent),
    });
    this.sendButton = h("button", { type: "button", class: "send", "aria-label": s.send, click: () => this.send() }, icon(ICONS.send));

    this.node = h(
      "div",
      { class: "panel", dir: s.dir },
      h(
        "header",
        {},
        h("div", {}, h("h2", { id: "title" }, s.title), h("p", {}, s.subtitle)),
        this.optionsButton,
        h("button", { type: "button", "aria-label": s.close, click: () => frame.close() }, icon(ICONS.close)),
      ),
      this.options,
      h("p", { class: "strip" }, ...linkify(strip, s.newTab)),
      this.log,
      this.status,
      this.problemBox,
      this.consent,
      h(
        "div",
        { class: "composer" },
        h("div", { class: "field" }, h("label", { class: "sr", for: "question" }, s.input), this.input, this.count),
        this.sendButton,
      ),
      h(
        "footer",
        {},
        `${s.disclaimer} `,
        h("button", { type: "button", click: () => this.say(FULL_DISCLAIMER) }, s.fullDisclaimer),
      ),
    );

    for (const entry of this.conversation.entries) this.show(entry, false);
    this.input.value = this.conversation.draft;
    this.typed();
    this.showConsent();
  }

  /** To be called each time the panel becomes visible: begins the conversation, or goes on with it. */
  shown(): void {
    this.bringLastIntoView();
    if (!this.conversation.busy && !this.problemKind) void this.conversation.pump();
  }

  focus(): void {
    this.input.focus();
  }

  /** Escape: closes the options if they are open; says whether it did. */
  escape(): boolean {
    if (this.options.hidden) return false;
    this.toggleOptions();
    this.optionsButton.focus();
    return true;
  }

  // What the conversation reports.

  added(entry: Entry): void {
    this.show(entry, true);
    this.showConsent();
    if ("got" in entry) this.frame.arrived();
  }

  changed(said: Said, gone: boolean): void {
    const item = this.items.get(said);
    if (!item) return;
    if (gone) item.remove();
    else if (said.state === "answered" && item !== this.log.lastElementChild) this.log.append(item);
    const state = item.querySelector(".state");
    if (state) state.textContent = said.state === "failed" ? this.strings.notSent : "";
    this.showConsent();
  }

  busy(is: boolean): void {
    const disabled = String(is);
    for (const button of [this.sendButton, this.retryButton, ...this.log.querySelectorAll(".choice")]) {
      button.setAttribute("aria-disabled", disabled);
    }
    this.timers.forEach(clearTimeout);
    this.timers = [];
    this.status.textContent = "";
    if (!is) return;
    const say = (words: () => string) => () => {
      this.status.textContent = words();
      this.bringLastIntoView();
    };
    const { thinking, starting, slow } = this.strings;
    this.timers.push(setTimeout(say(() => (this.conversation.unfinished ? thinking : starting)), THINKING_AFTER_MS));
    this.timers.push(setTimeout(say(() => slow), SLOW_AFTER_MS));
  }

  problem(problem: Problem | null): void {
    if (problem) this.showProblem(problem.kind, this.explain(problem), problem.retry);
    else this.clearProblem();
  }

  wiped(): void {
    this.items.clear();
    this.log.replaceChildren();
    this.input.value = "";
    this.typed();
    this.showConsent();
  }

  draftGiven(text: string): void {
    this.input.value = text;
    this.typed();
  }

  // What the person does.

  private typed(): void {
    this.conversation.draft = this.input.value;
    const length = characters(this.input.value);
    this.count.hidden = length < COUNT_FROM;
    this.count.textContent = `${length} ${this.strings.of} ${MAX_CHARACTERS} ${this.strings.characters}`;
    const over = length > MAX_CHARACTERS;
    this.count.classList.toggle("over", over);
    this.input.setAttribute("aria-invalid", String(over));
    if (!over && this.problemKind === "tooLong") this.clearProblem();
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    event.preventDefault();
    this.send();
  }

  private send(): void {
    const text = this.input.value.trim();
    if (!text || this.conversation.busy) return;
    if (characters(text) > MAX_CHARACTERS) {
      this.showProblem("tooLong", [this.strings.tooLong], false);
      return;
    }
    this.input.value = "";
    this.typed();
    this.say(text);
    this.focus();
  }

  private say(text: string, choice?: Choice): void {
    if (!this.conversation.busy) this.conversation.say(text, choice?.payload);
  }

  private retry(): void {
    if (this.conversation.busy) return;
    if (this.problemKind === "eraseFailed") void this.eraseAgain();
    else void this.conversation.pump();
  }

  private toggleOptions(): void {
    const show = this.options.hidden;
    this.options.hidden = !show;
    this.optionsButton.setAttribute("aria-expanded", String(show));
  }

  private restart(): void {
    this.toggleOptions();
    this.focus();
    this.conversation.wipe();
    void this.conversation.pump();
  }

  private async forget(): Promise<void> {
    this.toggleOptions();
    this.focus();
    this.conversation.wipe();
    await this.eraseAgain();
  }

  private async eraseAgain(): Promise<void> {
    if (!(await this.conversation.erase())) return;
    this.clearProblem();
    const begin = h("button", { type: "button", class: "choice", click: () => this.restart() }, this.strings.restart);
    if (!this.conversation.entries.length) {
      this.log.replaceChildren(h("div", { class: "item note" }, h("p", {}, this.strings.erased), begin));
    }
  }

  // How it looks.

  private show(entry: Entry, live: boolean): void {
    if ("said" in entry) this.showSaid(entry.said);
    else this.showReply(entry.got, live);
  }

  private showSaid(said: Said): void {
    const item = h(
      "div",
      { class: "item mine", "aria-live": "off" },
      h("div", { class: "bubble", dir: "auto" }, h("span", { class: "sr" }, `${this.strings.you} `), said.text),
      h("p", { class: "state" }),
    );
    this.items.set(said, item);
    this.put(item);
    this.changed(said, false);
  }

  private showReply(message: Message, live: boolean): void {
    const urgent = message.reply.outcome === "urgent";
    const bubble = h("div", { class: "bubble", lang: CONTENT_LANGUAGE, dir: "auto" }, ...replyNodes(message, this.strings));
    const content = [bubble, ...choiceNodes(message.reply.suggestions, this.strings, (choice) => this.say(choice.title, choice))];
    const item = h("div", { class: "item" });
    if (!urgent) {
      item.append(...content);
      this.put(item);
      return;
    }
    item.classList.add("urgent");
    if (!live) {
      item.append(...content);
      this.put(item);
      return;
    }
    // An alert is announced when its content changes, so it has to be there before.
    item.setAttribute("role", "alert");
    this.put(item);
    setTimeout(() => {
      item.append(...content);
      this.bringIntoView(item);
    }, 50);
  }

  private put(item: HTMLElement): void {
    for (const note of this.log.querySelectorAll(".note")) note.remove();
    this.log.append(item);
    this.bringIntoView(item);
  }

  /** Scrolls to the end of an item, but never past the beginning of it or of the question it answers. */
  private bringIntoView(item: HTMLElement): void {
    const before = item.previousElementSibling;
    const from = before instanceof HTMLElement && before.classList.contains("mine") ? before : item;
    this.log.scrollTop = Math.min(from.offsetTop - 12, this.log.scrollHeight);
  }

  private bringLastIntoView(): void {
    const last = this.log.lastElementChild;
    if (last instanceof HTMLElement) this.bringIntoView(last);
  }

  private explain({ kind, said }: Problem): Node[] {
    if (said) return replyNodes(said, this.strings).slice(1);
    const kept = kind !== "eraseFailed" && this.conversation.unfinished ? ` ${this.strings.kept}` : "";
    return [document.createTextNode(this.strings[kind] + kept)];
  }

  private showProblem(kind: NonNullable<typeof this.problemKind>, words: (Node | string)[], retry: boolean): void {
    this.problemKind = kind;
    this.alert.replaceChildren(h("div", {}, ...words));
    this.retryButton.hidden = !retry;
    this.problemBox.classList.add("shown");
    this.bringLastIntoView();
  }

  private clearProblem(): void {
    if (!this.problemKind) return;
    this.problemKind = null;
    if (this.retryButton.matches(":focus")) this.focus();
    this.alert.replaceChildren();
    this.retryButton.hidden = true;
    this.problemBox.classList.remove("shown");
  }

  private showConsent(): void {
    this.consent.hidden = this.conversation.entries.some((entry) => "said" in entry);
  }
}

/** Answers are in the language of the articles, whatever that of the interface. */
const CONTENT_LANGUAGE = "en";

/** Counted as the server counts: code points after NFKC. */
function characters(text: string): number {
  return [...text.normalize("NFKC").trim()].length;
}
