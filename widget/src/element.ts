import { Api } from "./api";
import { waitingIn } from "./conversation";
import darkCss from "./dark.css";
import { ICONS, button, h, icon } from "./dom";
import { Panel } from "./panel";
import { Store } from "./store";
import { languageOf, seedFor, stringsFor, type Seed, type Strings } from "./strings";
import css from "./styles.css";

/** Where the window covers the whole screen and the page behind it is inert. The same query stands in styles.css. */
const FULL_SCREEN = "(max-width: 30em), (max-height: 26em)";

/** Where the script came from; only known while it runs first. */
const SOURCE = (document.currentScript as HTMLScriptElement | null)?.src || location.href;

/**
 * `<marrow-chat>`: a launcher in the corner of the page, and the chat window that it opens.
 *
 * Attributes, read when the element enters the page: `server` (address of the bot; default: where the script came from),
 * `lang`, `label` (of the launcher), `open` (opened from the start, where it does not cover the page), `questions` (to
 * start with, separated by "|"), `emergency` (numbers for the emergency line, as "911 or 988"), `embed` (fills the page,
 * which is a frame of another's, and cannot be closed). Read at any time: `theme` ("light", "dark", default the
 * system's), `position` ("left", default the end of the line).
 */
export class MarrowChat extends HTMLElement {
  #panel: Panel | undefined;
  #coming: Promise<Panel> | undefined;
  #language!: string;
  #seed!: Seed;
  #server!: string;
  #store!: Store;
  #section!: HTMLElement;
  #dialog!: HTMLDialogElement;
  #launcher!: HTMLButtonElement;
  #badge!: HTMLElement;
  #unread = 0;
  #listeners = new AbortController();
  readonly #fullScreen = matchMedia(FULL_SCREEN);

  connectedCallback(): void {
    if (!this.shadowRoot) this.#build();
    this.#listeners = new AbortController();
    const { signal } = this.#listeners;
    this.#fullScreen.addEventListener("change", () => this.#reopen(), { signal });
    document.addEventListener("focusin", (event) => this.#stepAside(event.target), { signal });
    addEventListener("online", () => this.#panel?.conversation.pump(), { signal });
    const view = window.visualViewport;
    view?.addEventListener("resize", () => this.#fit(view), { signal });
    view?.addEventListener("scroll", () => this.#fit(view), { signal });
  }

  disconnectedCallback(): void {
    this.#listeners.abort();
  }

  /** Opens the window and puts the focus into its input. */
  show(): void {
    this.#ready((panel) => {
      this.#reveal(panel);
      panel.focus();
    });
  }

  /** Closes the window and gives the focus back to the launcher. */
  hide(): void {
    if (this.#embedded) return;
    if (this.#dialog.open) this.#dialog.close();
    if (!this.#launcher.hidden) return;
    this.#launcher.hidden = false;
    this.#launcher.setAttribute("aria-expanded", "false");
    this.#panel?.conversation.keep({ open: false });
    this.#launcher.focus();
  }

  get #embedded(): boolean {
    return this.hasAttribute("embed");
  }

  #build(): void {
    this.#language = languageOf(this.lang || document.documentElement.lang);
    this.#seed = seedFor(this.#language);
    this.#server = serverOf(this.getAttribute("server"));
    this.#store = new Store(this.#server);

    this.#badge = h("span", { class: "badge", hidden: true });
    this.#launcher = button(
      { class: "launcher", dir: this.#seed.dir, "aria-haspopup": "dialog", "aria-expanded": "false", click: () => this.show() },
      icon(ICONS.chat),
      h("span", {}, this.getAttribute("label") || this.#seed.launcher),
      this.#badge,
    );
    const escape = (event: Event) => {
      event.preventDefault();
      if (!this.#panel?.escape()) this.hide();
    };
    this.#dialog = h("dialog", {
      "aria-labelledby": "title",
      "aria-describedby": "subtitle",
      close: () => !this.#dialog.open && this.hide(),
      cancel: escape,
      keydown: (event) => (event as KeyboardEvent).key === "Escape" && escape(event),
    });
    // What is typed here is no shortcut of the page's.
    const keep = (event: Event) => event.stopPropagation();
    this.#section = h("section", { lang: this.#language, "aria-label": "Marrow", keydown: keep, keyup: keep, keypress: keep });
    this.#section.append(this.#launcher, this.#dialog);

    const sheet = new CSSStyleSheet();
    // The dark colours stand in one file and are used twice: when the system asks for them, and when the attribute does.
    const dark = (host: string) => darkCss.replace(":host", host);
    sheet.replaceSync(
      `${css}@media (prefers-color-scheme:dark){${dark(":host(:not([theme=light]))")}}${dark(":host([theme=dark])")}`,
    );
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(this.#section);

    const saved = this.#store.load();
    const open = this.#embedded || saved.open || (this.hasAttribute("open") && !this.#fullScreen.matches);
    if (open) this.#ready((panel) => this.#reveal(panel, true));
    else if (waitingIn(saved) || saved.doomed.length) this.#ready((panel) => void panel.conversation.pump());
  }

  /** Does something with the panel: at once where its words are here, else when they have come. */
  #ready(then: (panel: Panel) => void): void {
    if (this.#panel) return then(this.#panel);
    if (!this.#coming) {
      const strings = stringsFor(this.#language, this.#server);
      if (!(strings instanceof Promise)) return then(this.#furnish(strings));
      this.#launcher.setAttribute("aria-busy", "true");
      this.#coming = strings.then((come) => this.#furnish(come));
    }
    void this.#coming.then(then);
  }

  #furnish(strings: Strings): Panel {
    this.#section.lang = strings.lang;
    this.#launcher.removeAttribute("aria-busy");
    const panel = new Panel(
      new Api(this.#server),
      this.#store,
      strings,
      { close: () => this.hide(), arrived: () => this.#arrived() },
      {
        heading: this.#embedded ? "h1" : "h2",
        emergency: this.getAttribute("emergency") ?? "",
        questions: (this.getAttribute("questions") ?? "").split("|").map((each) => each.trim()).filter(Boolean),
      },
    );
    this.#dialog.append(panel.node);
    this.#panel = panel;
    return panel;
  }

  /** Makes the window visible: over an inert page where it fills the screen, else beside it. `quietly` leaves the focus alone. */
  #reveal(panel: Panel, quietly = false): void {
    if (this.#dialog.open) return;
    if (this.#fullScreen.matches && !this.#embedded) this.#dialog.showModal();
    else if (quietly) this.#dialog.open = true;
    else this.#dialog.show();
    this.#launcher.hidden = true;
    this.#launcher.setAttribute("aria-expanded", "true");
    this.#unread = 0;
    this.#countUnread();
    panel.conversation.keep({ open: true });
    panel.shown();
  }

  /** Between beside the page and full screen the window changes its kind. */
  #reopen(): void {
    if (!this.#dialog.open || !this.#panel || this.#embedded) return;
    const focused = this.shadowRoot?.activeElement;
    this.#dialog.close();
    this.#reveal(this.#panel, true);
    if (focused instanceof HTMLElement) focused.focus();
  }

  #arrived(): void {
    if (this.#dialog.open) return;
    this.#unread += 1;
    this.#countUnread();
  }

  #countUnread(): void {
    this.#badge.hidden = !this.#unread;
    this.#badge.replaceChildren(String(this.#unread), h("span", { class: "sr" }, ` ${this.#seed.unread}`));
  }

  /** The launcher must not cover a control of the page that has the focus. */
  #stepAside(target: EventTarget | null): void {
    const covers = target instanceof Element && target !== this && overlap(target, this.#launcher);
    this.#launcher.classList.toggle("aside", covers);
  }

  /** On a phone the keyboard covers the lower half of the screen: fit into what is left. Pinched pages are left alone. */
  #fit(view: VisualViewport): void {
    const fit = this.#fullScreen.matches && view.scale === 1;
    this.#dialog.style.blockSize = fit ? `${view.height}px` : "";
    this.#dialog.style.insetBlockStart = fit ? `${view.offsetTop}px` : "";
  }
}

function overlap(one: Element, other: Element): boolean {
  const a = one.getBoundingClientRect();
  const b = other.getBoundingClientRect();
  return b.width > 0 && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** The bot's address without a slash at its end: the attribute, else where the script came from; "" is the page's own. */
function serverOf(attribute: string | null): string {
  return new URL(attribute || "/", attribute === null ? SOURCE : location.href).href.replace(/\/$/, "");
}
