import { Api } from "./api";
import darkCss from "./dark.css";
import { ICONS, h, icon } from "./dom";
import { Panel } from "./panel";
import { Store } from "./store";
import { stringsFor } from "./strings";
import css from "./styles.css";

/** Where the window covers the whole screen and the page behind it is inert. The same query stands in styles.css. */
const FULL_SCREEN = "(max-width: 30em), (max-height: 26em)";

/** Only known while the script runs first. */
const SCRIPT = document.currentScript;

/**
 * `<marrow-chat>`: a launcher in the corner of the page, and the chat window that it opens.
 *
 * Attributes, read when the element enters the page: `server` (origin of the bot; default: where the script came from),
 * `lang`, `label` (of the launcher), `open` (opened from the start, where it does not cover the page), `emergency`
 * (numbers for the emergency line, as "911 or 988"). Read at any time: `theme` ("light", "dark", default the system's),
 * `position` ("left", default the end of the line).
 */
export class MarrowChat extends HTMLElement {
  private panel: Panel | undefined;
  private dialog!: HTMLDialogElement;
  private launcher!: HTMLButtonElement;
  private badge!: HTMLElement;
  private unread = 0;
  private listeners = new AbortController();
  private readonly fullScreen = matchMedia(FULL_SCREEN);

  connectedCallback(): void {
    if (!this.panel) this.build();
    this.listeners = new AbortController();
    const { signal } = this.listeners;
    this.fullScreen.addEventListener("change", () => this.reopen(), { signal });
    document.addEventListener("focusin", (event) => this.stepAside(event.target), { signal });
    addEventListener("online", () => this.panel?.conversation.unfinished && void this.panel.conversation.pump(), { signal });
    const view = window.visualViewport;
    view?.addEventListener("resize", () => this.fit(view), { signal });
    view?.addEventListener("scroll", () => this.fit(view), { signal });
  }

  disconnectedCallback(): void {
    this.listeners.abort();
  }

  /** Opens the window and puts the focus into its input. */
  show(): void {
    this.reveal();
    this.panel?.focus();
  }

  /** Closes the window and gives the focus back to the launcher. */
  hide(): void {
    if (this.dialog.open) this.dialog.close();
    if (!this.launcher.hidden) return;
    this.launcher.hidden = false;
    this.launcher.setAttribute("aria-expanded", "false");
    if (this.panel) this.panel.conversation.open = false;
    this.launcher.focus();
  }

  private build(): void {
    const strings = stringsFor(this.lang || document.documentElement.lang);
    const server = serverOf(this.getAttribute("server"));
    const panel = new Panel(
      new Api(server),
      new Store(server),
      strings,
      { close: () => this.hide(), arrived: () => this.arrived() },
      this.getAttribute("emergency") ?? "",
    );
    this.panel = panel;

    this.badge = h("span", { class: "badge", hidden: true });
    this.launcher = h(
      "button",
      { type: "button", class: "launcher", dir: strings.dir, "aria-haspopup": "dialog", "aria-expanded": "false", click: () => this.show() },
      icon(ICONS.chat),
      h("span", {}, this.getAttribute("label") || strings.launcher),
      this.badge,
    );
    this.dialog = h(
      "dialog",
      {
        "aria-labelledby": "title",
        close: () => !this.dialog.open && this.hide(),
        cancel: (event) => {
          event.preventDefault();
          if (!panel.escape()) this.hide();
        },
        keydown: (event) => {
          if ((event as KeyboardEvent).key !== "Escape") return;
          event.preventDefault();
          if (!panel.escape()) this.hide();
        },
      },
      panel.node,
    );
    // What is typed here is no shortcut of the page's.
    const keep = (event: Event) => event.stopPropagation();
    const section = h("section", { lang: strings.lang, "aria-label": strings.title, keydown: keep, keyup: keep, keypress: keep });
    section.append(this.launcher, this.dialog);

    const sheet = new CSSStyleSheet();
    // The dark colours stand in one file and are used twice: when the system asks for them, and when the attribute does.
    const dark = (host: string) => darkCss.replace(":host", host);
    sheet.replaceSync(
      `${css}@media (prefers-color-scheme:dark){${dark(":host(:not([theme=light]))")}}${dark(":host([theme=dark])")}`,
    );
    const shadow = this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [sheet];
    shadow.append(section);

    if (panel.conversation.open || (this.hasAttribute("open") && !this.fullScreen.matches)) this.reveal(true);
    else if (panel.conversation.unfinished) void panel.conversation.pump();
  }

  /** Makes the window visible: over an inert page where it fills the screen, else beside it. `quietly` leaves the focus alone. */
  private reveal(quietly = false): void {
    if (this.dialog.open || !this.panel) return;
    if (this.fullScreen.matches) this.dialog.showModal();
    else if (quietly) this.dialog.open = true;
    else this.dialog.show();
    this.launcher.hidden = true;
    this.launcher.setAttribute("aria-expanded", "true");
    this.unread = 0;
    this.countUnread();
    this.panel.conversation.open = true;
    this.panel.shown();
  }

  /** Between beside the page and full screen the window changes its kind. */
  private reopen(): void {
    if (!this.dialog.open) return;
    const focused = this.shadowRoot?.activeElement;
    this.dialog.close();
    this.reveal(true);
    if (focused instanceof HTMLElement) focused.focus();
  }

  private arrived(): void {
    if (this.dialog.open) return;
    this.unread += 1;
    this.countUnread();
  }

  private countUnread(): void {
    const { unread } = stringsFor(this.lang || document.documentElement.lang);
    this.badge.hidden = !this.unread;
    this.badge.replaceChildren(String(this.unread), h("span", { class: "sr" }, ` ${unread}`));
  }

  /** The launcher must not cover a control of the page that has the focus. */
  private stepAside(target: EventTarget | null): void {
    const covers = target instanceof Element && target !== this && overlap(target, this.launcher);
    this.launcher.classList.toggle("aside", covers);
  }

  /** On a phone the keyboard covers the lower half of the screen: fit into what is left. Pinched pages are left alone. */
  private fit(view: VisualViewport): void {
    const fit = this.fullScreen.matches && view.scale === 1;
    this.dialog.style.blockSize = fit ? `${view.height}px` : "";
    this.dialog.style.insetBlockStart = fit ? `${view.offsetTop}px` : "";
  }
}

function overlap(one: Element, other: Element): boolean {
  const a = one.getBoundingClientRect();
  const b = other.getBoundingClientRect();
  return b.width > 0 && a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
}

/** The bot's address without a slash at its end: the attribute, else where the script came from; "" is the page's own. */
function serverOf(attribute: string | null): string {
  const address = attribute ?? (SCRIPT instanceof HTMLScriptElement && SCRIPT.src ? new URL(SCRIPT.src).origin : "");
  return address ? new URL(address, location.href).href.replace(/\/$/, "") : location.origin;
}
